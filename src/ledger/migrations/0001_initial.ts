import { type Kysely, sql } from 'kysely';

/**
 * The first schema. Two tables carry the promise:
 *
 * - `runs`: `UNIQUE (automation_id, occurrence_key)` makes an occurrence run once, whatever starts it and how often.
 * - `deliveries`: `PRIMARY KEY (run_id, contact_id)` makes a contact stand once in a run; with `UNIQUE (contacts.address)` an address
 *   stands once too, as the snapshot is one statement. Rows are partitioned by month of the run (`run_id` is a UUIDv7, so its order is
 *   time's order): old runs are dropped with their partition, not deleted row by row. The only index is the primary key, and no
 *   column that changes is indexed, so claims and settles are HOT updates where the page has room (fillfactor).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `CREATE TYPE delivery_state AS ENUM ('pending','sending','sent','failed','skipped','cancelled','uncertain')`,

  `CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin','operator','viewer')),
    key_hash bytea NOT NULL UNIQUE,
    key_prefix text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz
  )`,

  // A user without a password_hash has been invited and has not set one. The last six digits accepted are remembered by their time step,
  // so that no code works twice.
  `CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    address text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin','operator','viewer')),
    disabled boolean NOT NULL DEFAULT false,
    password_hash text,
    invitation_hash bytea UNIQUE,
    invitation_expires_at timestamptz,
    totp_secret_encrypted bytea,
    totp_confirmed_at timestamptz,
    totp_last_step bigint NOT NULL DEFAULT 0,
    recovery_code_hashes bytea[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_signed_in_at timestamptz
  )`,

  `CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
  )`,
  `CREATE INDEX sessions_user ON sessions (user_id)`,
  `CREATE INDEX sessions_expiry ON sessions (expires_at)`,

  // Tokens that make the first admin; several, as each API process that starts before there is a user prints its own.
  `CREATE TABLE setup_tokens (
    token_hash bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
  )`,

  // Attempts to sign in, counted per account and per client address. The key is a hash: what was typed is not kept.
  `CREATE TABLE sign_in_attempts (
    key bytea PRIMARY KEY,
    attempts integer NOT NULL,
    window_ends_at timestamptz NOT NULL
  )`,
  `CREATE INDEX sign_in_attempts_end ON sign_in_attempts (window_ends_at)`,

  // Who did what. Without foreign keys: an entry outlives what it is about.
  `CREATE TABLE audit_events (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor_kind text NOT NULL CHECK (actor_kind IN ('user','api-key','system','anonymous')),
    actor_id uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid,
    outcome text NOT NULL CHECK (outcome IN ('succeeded','refused')),
    status smallint,
    client_address text,
    request_id text
  )`,
  `CREATE INDEX audit_events_at ON audit_events (at)`,
  `CREATE INDEX audit_events_actor ON audit_events (actor_id, id)`,
  `CREATE INDEX audit_events_resource ON audit_events (resource_id, id)`,

  // Requests that made something under an Idempotency-Key, kept a day. resource_id is chosen before anything is made.
  `CREATE TABLE idempotency_keys (
    caller_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    resource_id uuid NOT NULL,
    token uuid NOT NULL,
    locked_until timestamptz NOT NULL,
    body text,
    etag text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller_id, key)
  )`,
  `CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)`,

  // What import-legacy has made of which record of the old manager, so that a record is imported once.
  `CREATE TABLE legacy_records (
    source text NOT NULL,
    kind text NOT NULL,
    legacy_id text NOT NULL,
    resource_id uuid NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, kind, legacy_id)
  )`,

  `CREATE TABLE senders (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    from_name text NOT NULL DEFAULT '',
    from_email text NOT NULL,
    reply_to text,
    transport text NOT NULL DEFAULT 'smtp' CHECK (transport IN ('smtp','resend')),
    smtp_host text,
    smtp_port integer,
    smtp_security text CHECK (smtp_security IN ('none','starttls','tls')),
    smtp_username text,
    smtp_password_encrypted bytea,
    http_base_url text,
    http_api_key_encrypted bytea,
    account_since timestamptz,
    max_connections integer NOT NULL DEFAULT 10 CHECK (max_connections BETWEEN 1 AND 500),
    limit_per_second integer CHECK (limit_per_second > 0),
    limit_per_minute integer CHECK (limit_per_minute > 0),
    limit_per_hour integer CHECK (limit_per_hour > 0),
    limit_per_day integer CHECK (limit_per_day > 0),
    dkim jsonb,
    dkim_private_key_encrypted bytea,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CHECK (CASE transport WHEN 'smtp' THEN smtp_host IS NOT NULL AND smtp_port IS NOT NULL AND smtp_security IS NOT NULL
                          ELSE http_base_url IS NOT NULL AND http_api_key_encrypted IS NOT NULL END)
  )`,

  // One row a sender: the theoretical arrival time of GCRA for the per-second limit.
  `CREATE TABLE sender_pace (
    sender_id uuid PRIMARY KEY REFERENCES senders ON DELETE CASCADE,
    theoretical_arrival timestamptz NOT NULL
  ) WITH (fillfactor = 50)`,

  // What a sender has reserved, by second (kept an hour) and by minute (kept two days): rolling limits and statistics read these.
  `CREATE TABLE sender_usage (
    sender_id uuid NOT NULL REFERENCES senders ON DELETE CASCADE,
    resolution text NOT NULL CHECK (resolution IN ('second','minute')),
    bucket timestamptz NOT NULL,
    reserved integer NOT NULL,
    PRIMARY KEY (sender_id, resolution, bucket)
  ) WITH (fillfactor = 70)`,

  `CREATE TABLE lists (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    geography text NOT NULL DEFAULT '',
    isp text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,

  // email: as it was given. address: its normalised form, by which contacts are the same person. Addresses are compared byte by byte (C):
  // the same on every server, several times faster to sort, and a prefix search is a range of the index.
  `CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    address text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL DEFAULT '',
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,

  // No foreign keys: measured on a million memberships, the two take 16 of 22 s CPU (one check a row each). Lists are only marked as deleted, and
  // contacts are deleted by one operation (ledger/contacts/deleteContact.ts) that takes their memberships along.
  `CREATE TABLE list_contacts (
    list_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (list_id, contact_id)
  )`,
  `CREATE INDEX list_contacts_by_contact ON list_contacts (contact_id)`,

  `CREATE TABLE suppressions (
    id uuid PRIMARY KEY,
    address text COLLATE "C" NOT NULL UNIQUE,
    email text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('unsubscribed','bounced','complained','manual')),
    detail text NOT NULL DEFAULT '',
    run_id uuid,
    since timestamptz NOT NULL DEFAULT now()
  )`,

  `CREATE TABLE imports (
    id uuid PRIMARY KEY,
    list_id uuid NOT NULL REFERENCES lists ON DELETE CASCADE,
    file_name text NOT NULL DEFAULT '',
    status text NOT NULL CHECK (status IN ('receiving','queued','running','completed','failed')),
    rows integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    updated integer NOT NULL DEFAULT 0,
    rejected integer NOT NULL DEFAULT 0,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
  )`,
  `CREATE INDEX imports_by_list ON imports (list_id, id)`,
  `CREATE INDEX imports_open ON imports (id) WHERE status IN ('receiving','queued','running')`,

  `CREATE TABLE import_rejections (
    import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    line integer NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (import_id, line)
  )`,

  // What attachments hold, once for each SHA-256, in pieces so that it streams. sha256 is null while a file arrives.
  `CREATE TABLE attachment_files (
    id uuid PRIMARY KEY,
    sha256 bytea UNIQUE,
    size integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE attachment_pieces (
    file_id uuid NOT NULL REFERENCES attachment_files ON DELETE CASCADE,
    no integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (file_id, no)
  )`,
  `ALTER TABLE attachment_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL`,
  // An upload. It never changes. unused_since: when it was made, or the last that used it let go of it; counts while nothing uses it.
  `CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES attachment_files,
    filename text NOT NULL,
    content_type text NOT NULL,
    size integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    unused_since timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX attachments_by_file ON attachments (file_id)`,
  // Which template, campaign or run (user_id) refers to it: the foreign key keeps what is used from being removed, whoever tries.
  `CREATE TABLE attachment_uses (
    user_id uuid NOT NULL,
    attachment_id uuid NOT NULL REFERENCES attachments,
    PRIMARY KEY (user_id, attachment_id)
  )`,
  `CREATE INDEX attachment_uses_by_attachment ON attachment_uses (attachment_id)`,

  `CREATE TABLE templates (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    subject text NOT NULL,
    html text NOT NULL,
    text text,
    attachments jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,

  `CREATE TABLE campaigns (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    template_id uuid REFERENCES templates,
    content jsonb,
    audience text NOT NULL DEFAULT 'everyone' CHECK (audience IN ('everyone','not-yet-received')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CHECK ((template_id IS NULL) <> (content IS NULL))
  )`,
  `CREATE TABLE campaign_lists (
    campaign_id uuid NOT NULL REFERENCES campaigns ON DELETE CASCADE,
    list_id uuid NOT NULL REFERENCES lists,
    PRIMARY KEY (campaign_id, list_id)
  )`,
  `CREATE INDEX campaign_lists_by_list ON campaign_lists (list_id)`,
  `CREATE TABLE campaign_senders (
    campaign_id uuid NOT NULL REFERENCES campaigns ON DELETE CASCADE,
    sender_id uuid NOT NULL REFERENCES senders,
    position smallint NOT NULL,
    PRIMARY KEY (campaign_id, sender_id)
  )`,
  `CREATE INDEX campaign_senders_by_sender ON campaign_senders (sender_id)`,

  // The desired state of a Schedule. synced_revision is the revision that Temporal was last read back to show; repaired_at and repair_found tell when the
  // reconciler last found the Schedule otherwise than it had been shown, and how.
  `CREATE TABLE automations (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    campaign_id uuid REFERENCES campaigns,
    workflow_type text,
    workflow_input jsonb,
    schedule jsonb NOT NULL,
    policy jsonb NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    revision integer NOT NULL DEFAULT 1,
    synced_revision integer NOT NULL DEFAULT 0,
    sync_error text,
    repaired_at timestamptz,
    repair_found text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CHECK ((campaign_id IS NULL) <> (workflow_type IS NULL))
  )`,
  `CREATE INDEX automations_by_campaign ON automations (campaign_id)`,
  `CREATE INDEX automations_unsynced ON automations (id) WHERE synced_revision <> revision`,

  // What an automation wanted in the past: occurrences of a past window are judged by the revision that was valid then.
  `CREATE TABLE automation_revisions (
    automation_id uuid NOT NULL REFERENCES automations ON DELETE CASCADE,
    revision integer NOT NULL,
    schedule jsonb NOT NULL,
    policy jsonb NOT NULL,
    enabled boolean NOT NULL,
    valid_from timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (automation_id, revision)
  )`,

  `CREATE TABLE runs (
    id uuid PRIMARY KEY,
    automation_id uuid REFERENCES automations,
    campaign_id uuid REFERENCES campaigns,
    workflow_type text NOT NULL,
    input jsonb,
    kind text NOT NULL CHECK (kind IN ('scheduled','manual','backfill')),
    occurrence_key text NOT NULL,
    scheduled_for timestamptz NOT NULL,
    workflow_id text NOT NULL,
    first_execution_run_id text,
    status text NOT NULL CHECK (status IN ('preparing','sending','waiting','paused','completed','stopped','failed')),
    status_reason text,
    waiting_until timestamptz,
    control text NOT NULL DEFAULT 'run' CHECK (control IN ('run','pause','stop')),
    uncertain_policy text NOT NULL DEFAULT 'hold' CHECK (uncertain_policy IN ('hold','resend')),
    audience text CHECK (audience IN ('everyone','not-yet-received','retry-failed')),
    retry_of uuid REFERENCES runs,
    content jsonb,
    sender_ids uuid[] NOT NULL DEFAULT '{}',
    message_id_domains text[] NOT NULL DEFAULT '{}',
    snapshot_at timestamptz,
    total integer NOT NULL DEFAULT 0,
    result jsonb,
    request_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    UNIQUE (automation_id, occurrence_key),
    CHECK ((retry_of IS NOT NULL) = (coalesce(audience, '') = 'retry-failed'))
  )`,
  // Runs of a campaign without an automation are once per key too.
  `CREATE UNIQUE INDEX runs_once_per_campaign_key ON runs (campaign_id, occurrence_key) WHERE automation_id IS NULL`,
  `CREATE INDEX runs_by_automation_time ON runs (automation_id, scheduled_for)`,
  // What became of an automation's occurrences is asked every minute; runs that people asked for say nothing about it.
  `CREATE INDEX runs_by_occurrence_time ON runs (automation_id, scheduled_for) WHERE kind <> 'manual'`,
  `CREATE INDEX runs_by_campaign ON runs (campaign_id, id)`,
  `CREATE INDEX runs_open ON runs (id) WHERE status IN ('preparing','sending','waiting','paused')`,
  `CREATE INDEX runs_by_workflow_id ON runs (workflow_id)`,

  // Executions that asked for an occurrence which another execution owns; each ended without sending.
  `CREATE TABLE run_duplicates (
    id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    workflow_id text NOT NULL,
    first_execution_run_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (workflow_id, first_execution_run_id)
  )`,
  `CREATE INDEX run_duplicates_by_run ON run_duplicates (run_id)`,

  // Why an occurrence had no run although its execution started: paused, edited or deleted since.
  `CREATE TABLE skipped_occurrences (
    automation_id uuid NOT NULL REFERENCES automations ON DELETE CASCADE,
    scheduled_for timestamptz NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (automation_id, scheduled_for)
  )`,

  // Occurrences that should have run and did not, as the reconciler found them. Those that were run since have a run with their key.
  `CREATE TABLE missed_occurrences (
    automation_id uuid NOT NULL REFERENCES automations ON DELETE CASCADE,
    occurrence_key text NOT NULL,
    scheduled_for timestamptz NOT NULL,
    reason text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (automation_id, occurrence_key)
  )`,

  // One row a chunk: its range of contacts and the sums of its deliveries. One activity at a time works on a chunk, so no row is hot.
  `CREATE TABLE chunks (
    run_id uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    no integer NOT NULL,
    first_contact uuid NOT NULL,
    last_contact uuid NOT NULL,
    total integer NOT NULL,
    pending integer NOT NULL,
    sending integer NOT NULL DEFAULT 0,
    sent integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    uncertain integer NOT NULL DEFAULT 0,
    due_at timestamptz,
    PRIMARY KEY (run_id, no)
  ) WITH (fillfactor = 50)`,

  // doubt_since: when the delivery was first handed to a provider that knows idempotency keys, by sender_no, without a clear answer so far.
  `CREATE TABLE deliveries (
    run_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    due_at timestamptz,
    changed_at timestamptz,
    doubt_since timestamptz,
    claim_token uuid,
    chunk_no integer NOT NULL,
    state delivery_state NOT NULL DEFAULT 'pending',
    attempts smallint NOT NULL DEFAULT 0,
    sender_no smallint,
    smtp_code smallint,
    email text NOT NULL,
    response text,
    PRIMARY KEY (run_id, contact_id)
  ) PARTITION BY RANGE (run_id)`,
  `CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT WITH (fillfactor = 80)`,

  // What became of deliveries, by run, sender, state and quarter of an hour (so that hours and days of every time zone are sums of rows). Counted from the
  // deliveries when a run ends, and when somebody asks (ledger/statistics/countRun.ts); stays when the deliveries are dropped with their partition.
  // sender_id is null where no sender had handled the delivery.
  `CREATE TABLE run_statistics (
    run_id uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    sender_id uuid,
    quarter timestamptz NOT NULL,
    state delivery_state NOT NULL,
    count integer NOT NULL
  )`,
  `CREATE INDEX run_statistics_run ON run_statistics (run_id)`,
  `CREATE INDEX run_statistics_quarter ON run_statistics (quarter)`,

  // One row a run that has been counted: when, how long it took, and the curve of the run as at most 301 points [Unix time, {state: count}].
  `CREATE TABLE run_curves (
    run_id uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    counted_at timestamptz NOT NULL,
    took_ms integer NOT NULL,
    uncertain integer NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    point_seconds integer NOT NULL,
    points jsonb NOT NULL
  )`,
  `CREATE INDEX run_curves_uncertain ON run_curves (run_id) WHERE uncertain > 0`,

  // UUIDv7 (RFC 9562) for rows that statements make; PostgreSQL has uuidv7() from version 18 on. Bits 52 and 53 turn version 4 into 7.
  `CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
             PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
  $$`,

  // Who is told of what. A secret that was replaced signs too, until its time in previous_until. failures: in a row, of any events; failing_since: when the first of them was.
  // secret_unreadable_since: since when workers cannot decrypt the present secret (ledger/webhooks/secretUnreadable.ts); nothing is sent meanwhile.
  `CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    disabled_reason text,
    secret_encrypted bytea NOT NULL,
    previous_secrets_encrypted bytea[] NOT NULL DEFAULT '{}',
    previous_until timestamptz[] NOT NULL DEFAULT '{}',
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    hold_until timestamptz,
    secret_unreadable_since timestamptz,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  )`,

  // The outbox of webhooks, and its log: one row an event and webhook, written by the statement or transaction of what it tells of. No foreign key: it
  // would lock the webhook's row for every failed delivery, and fail a statement that settles deliveries when the webhook is being deleted.
  `CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    data json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','delivered','failed')),
    attempts integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    due_at timestamptz DEFAULT now(),
    last_attempt_at timestamptz,
    last_status smallint,
    last_error text,
    answered_ms integer,
    CHECK ((state = 'pending') = (due_at IS NOT NULL))
  )`,
  `CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE state = 'pending'`,
  `CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id)`,

  `CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('info','warning','error')),
    message text NOT NULL,
    automation_id uuid,
    run_id uuid,
    sender_id uuid,
    dedupe_key text UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz
  )`,
];
