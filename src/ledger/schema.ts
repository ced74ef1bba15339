import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ContentAttachment } from '../domain/attachment.js';
import type { DeliveryState } from '../domain/delivery.js';
import type { AutomationPolicy, UncertainPolicy } from '../domain/policy.js';
import type { RunControl, RunKind, RunStatus } from '../domain/run.js';

/** A column the database fills in and nobody has to write; read as a Date. */
type Stamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableStamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** jsonb: read as a value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>;

export type Role = 'admin' | 'operator' | 'viewer';
export type SmtpSecurity = 'none' | 'starttls' | 'tls';
export type SenderTransport = 'smtp' | 'resend';
export type SuppressionReason = 'unsubscribed' | 'bounced' | 'complained' | 'manual';
export type Audience = 'everyone' | 'not-yet-received';
/** Whom a run mails; `retry-failed`: those whose delivery failed in the run that it retries. */
export type RunAudience = Audience | 'retry-failed';
export type ImportStatus = 'receiving' | 'queued' | 'running' | 'completed' | 'failed';

/** Subject and bodies as Liquid source, and the attachments in their order. */
export interface Content {
  subject: string;
  html: string;
  text?: string | null;
  attachments?: ContentAttachment[];
}

export interface ApiKeysTable {
  id: string;
  name: string;
  role: Role;
  key_hash: Buffer;
  key_prefix: string;
  created_at: Stamp;
  expires_at: NullableStamp;
  last_used_at: NullableStamp;
}

export interface UsersTable {
  id: string;
  email: string;
  /** Identity of the email address, as src/domain/address.ts has it. */
  address: string;
  name: string;
  role: Role;
  disabled: Generated<boolean>;
  /** argon2id; null while the invitation has not been accepted. */
  password_hash: string | null;
  invitation_hash: Buffer | null;
  invitation_expires_at: NullableStamp;
  totp_secret_encrypted: Buffer | null;
  totp_confirmed_at: NullableStamp;
  totp_last_step: Generated<string>;
  recovery_code_hashes: Generated<Buffer[]>;
  /** Counts what the user or an administrator changed; signing in is no change. */
  revision: Generated<number>;
  created_at: Stamp;
  updated_at: Stamp;
  last_signed_in_at: NullableStamp;
}

export interface SessionsTable {
  id: string;
  user_id: string;
  token_hash: Buffer;
  created_at: Stamp;
  last_used_at: Stamp;
  expires_at: Stamp;
}

export interface SetupTokensTable {
  token_hash: Buffer;
  expires_at: Stamp;
}

export interface SignInAttemptsTable {
  key: Buffer;
  attempts: number;
  window_ends_at: Stamp;
}

export type AuditActorKind = 'user' | 'api-key' | 'system' | 'anonymous';
export type AuditOutcome = 'succeeded' | 'refused';

export interface AuditEventsTable {
  id: string;
  at: Stamp;
  actor_kind: AuditActorKind;
  actor_id: string | null;
  actor_name: string;
  action: string;
  resource_type: string;
  resource_id: string | null;
  outcome: AuditOutcome;
  status: number | null;
  client_address: string | null;
  request_id: string | null;
}

export interface DkimSettings {
  domainName: string;
  keySelector: string;
}

export interface SendersTable {
  id: string;
  name: string;
  from_name: Generated<string>;
  from_email: string;
  reply_to: string | null;
  transport: Generated<SenderTransport>;
  /** Host, port and security are set exactly for the transport `smtp`, base URL and API key exactly for the others. */
  smtp_host: string | null;
  smtp_port: number | null;
  smtp_security: SmtpSecurity | null;
  smtp_username: string | null;
  smtp_password_encrypted: Buffer | null;
  http_base_url: string | null;
  http_api_key_encrypted: Buffer | null;
  /**
   * When transport, base URL or API key last changed, so when the provider's account may have become another one; null: never. Idempotency keys are the
   * account's: what was in doubt before cannot be asked about any more.
   */
  account_since: NullableStamp;
  max_connections: Generated<number>;
  limit_per_second: number | null;
  limit_per_minute: number | null;
  limit_per_hour: number | null;
  limit_per_day: number | null;
  dkim: NullableJson<DkimSettings>;
  dkim_private_key_encrypted: Buffer | null;
  /** Grows with every change, so that a worker knows when its connections are stale. */
  revision: Generated<number>;
  created_at: Stamp;
  updated_at: Stamp;
  deleted_at: NullableStamp;
}

export interface SenderPaceTable {
  sender_id: string;
  theoretical_arrival: Stamp;
}

export interface SenderUsageTable {
  sender_id: string;
  resolution: 'second' | 'minute';
  bucket: Stamp;
  reserved: number;
}

export interface ListsTable {
  id: string;
  name: string;
  description: Generated<string>;
  geography: Generated<string>;
  isp: Generated<string>;
  created_at: Stamp;
  updated_at: Stamp;
  deleted_at: NullableStamp;
}

export interface ContactsTable {
  id: string;
  email: string;
  address: string;
  name: Generated<string>;
  attributes: JSONColumnType<Record<string, unknown>>;
  created_at: Stamp;
  updated_at: Stamp;
}

export interface ListContactsTable {
  list_id: string;
  contact_id: string;
  added_at: Stamp;
}

export interface SuppressionsTable {
  id: string;
  address: string;
  email: string;
  reason: SuppressionReason;
  detail: Generated<string>;
  run_id: string | null;
  since: Stamp;
}

export interface ImportsTable {
  id: string;
  list_id: string;
  file_name: Generated<string>;
  status: ImportStatus;
  rows: Generated<number>;
  added: Generated<number>;
  updated: Generated<number>;
  rejected: Generated<number>;
  error: string | null;
  created_at: Stamp;
  /** When the process that receives the file last gave a sign of life. */
  heartbeat_at: Stamp;
  started_at: NullableStamp;
  finished_at: NullableStamp;
}

export interface IdempotencyKeysTable {
  caller_id: string;
  key: string;
  fingerprint: Buffer;
  resource_id: string;
  token: string;
  locked_until: Stamp;
  body: string | null;
  etag: string | null;
  created_at: Stamp;
}

export interface ImportRejectionsTable {
  import_id: string;
  line: number;
  value: string;
  reason: string;
}

export interface AttachmentFilesTable {
  id: string;
  sha256: Buffer | null;
  size: Generated<number>;
  created_at: Stamp;
}

export interface AttachmentPiecesTable {
  file_id: string;
  no: number;
  bytes: Buffer;
}

export interface AttachmentsTable {
  id: string;
  file_id: string;
  filename: string;
  content_type: string;
  size: number;
  created_at: Stamp;
  unused_since: Stamp;
}

export interface AttachmentUsesTable {
  user_id: string;
  attachment_id: string;
}

export interface TemplatesTable {
  id: string;
  name: string;
  subject: string;
  html: string;
  text: string | null;
  attachments: ColumnType<ContentAttachment[], string | undefined, string>;
  created_at: Stamp;
  updated_at: Stamp;
  deleted_at: NullableStamp;
}

export interface CampaignsTable {
  id: string;
  name: string;
  template_id: string | null;
  content: NullableJson<Content>;
  audience: Generated<Audience>;
  created_at: Stamp;
  updated_at: Stamp;
  deleted_at: NullableStamp;
}

export interface CampaignListsTable {
  campaign_id: string;
  list_id: string;
}

export interface CampaignSendersTable {
  campaign_id: string;
  sender_id: string;
  position: number;
}

export interface AutomationsTable {
  id: string;
  name: string;
  campaign_id: string | null;
  workflow_type: string | null;
  workflow_input: NullableJson<unknown>;
  /** A `ScheduleSpec` of src/domain/schedule. */
  schedule: Json<unknown>;
  policy: Json<AutomationPolicy>;
  enabled: Generated<boolean>;
  revision: Generated<number>;
  synced_revision: Generated<number>;
  sync_error: string | null;
  repaired_at: NullableStamp;
  repair_found: string | null;
  created_at: Stamp;
  updated_at: Stamp;
  deleted_at: NullableStamp;
}

export interface AutomationRevisionsTable {
  automation_id: string;
  revision: number;
  schedule: Json<unknown>;
  policy: Json<AutomationPolicy>;
  enabled: boolean;
  valid_from: Stamp;
}

export interface RunsTable {
  id: string;
  automation_id: string | null;
  campaign_id: string | null;
  workflow_type: string;
  input: NullableJson<unknown>;
  kind: RunKind;
  occurrence_key: string;
  scheduled_for: Stamp;
  workflow_id: string;
  /** The execution that owns the run; null while none has opened it. */
  first_execution_run_id: string | null;
  status: Exclude<RunStatus, 'duplicate'>;
  status_reason: string | null;
  waiting_until: NullableStamp;
  control: Generated<RunControl>;
  uncertain_policy: Generated<UncertainPolicy>;
  audience: RunAudience | null;
  retry_of: string | null;
  content: NullableJson<Content>;
  sender_ids: Generated<string[]>;
  /** Of Message-IDs, for each of the senders. */
  message_id_domains: Generated<string[]>;
  snapshot_at: NullableStamp;
  total: Generated<number>;
  result: NullableJson<unknown>;
  /** Of the API request that asked for the run; null for scheduled ones. */
  request_id: string | null;
  created_at: Stamp;
  started_at: NullableStamp;
  finished_at: NullableStamp;
}

export interface RunDuplicatesTable {
  id: string;
  run_id: string;
  workflow_id: string;
  first_execution_run_id: string;
  at: Stamp;
}

export interface SkippedOccurrencesTable {
  automation_id: string;
  scheduled_for: Stamp;
  reason: string;
  at: Stamp;
}

export interface MissedOccurrencesTable {
  automation_id: string;
  occurrence_key: string;
  scheduled_for: Stamp;
  reason: string;
  found_at: Stamp;
}

export interface ChunksTable {
  run_id: string;
  no: number;
  first_contact: string;
  last_contact: string;
  total: number;
  pending: number;
  sending: Generated<number>;
  sent: Generated<number>;
  failed: Generated<number>;
  skipped: Generated<number>;
  cancelled: Generated<number>;
  uncertain: Generated<number>;
  due_at: NullableStamp;
}

export interface DeliveriesTable {
  run_id: string;
  contact_id: string;
  due_at: NullableStamp;
  changed_at: NullableStamp;
  /**
   * Set from the claim on by a sender whose provider knows idempotency keys, until a clear answer: since then the provider may have accepted the
   * delivery. While it is set only the sender `sender_no` may claim the delivery, as only its provider knows the key.
   */
  doubt_since: NullableStamp;
  claim_token: string | null;
  chunk_no: number;
  state: Generated<DeliveryState>;
  attempts: Generated<number>;
  /** Index into the run's sender_ids of the sender that last handled the delivery. */
  sender_no: number | null;
  smtp_code: number | null;
  email: string;
  response: string | null;
}

export interface RunStatisticsTable {
  run_id: string;
  sender_id: string | null;
  quarter: Stamp;
  state: DeliveryState;
  count: number;
}

export interface RunCurvesTable {
  run_id: string;
  counted_at: Stamp;
  took_ms: number;
  /** How many deliveries were uncertain when it was counted: as long as there are none, a run that has ended need not be counted again. */
  uncertain: number;
  starts_at: Stamp;
  ends_at: Stamp;
  point_seconds: number;
  points: Json<[at: number, counts: Partial<Record<DeliveryState, number>>][]>;
}

export interface WebhooksTable {
  id: string;
  name: string;
  url: string;
  events: string[];
  enabled: Generated<boolean>;
  /** Why it was disabled, when nobody asked for it. */
  disabled_reason: string | null;
  secret_encrypted: Buffer;
  /** Secrets that were replaced, and until when each signs too. */
  previous_secrets_encrypted: Generated<Buffer[]>;
  previous_until: Generated<Date[]>;
  failures: Generated<number>;
  failing_since: NullableStamp;
  hold_until: NullableStamp;
  /** Since when workers cannot decrypt its secret, and send nothing. */
  secret_unreadable_since: NullableStamp;
  revision: Generated<number>;
  created_at: Stamp;
  updated_at: Stamp;
  deleted_at: NullableStamp;
}

export type WebhookDeliveryState = 'pending' | 'delivered' | 'failed';

export interface WebhookDeliveriesTable {
  id: string;
  webhook_id: string;
  /** The same for every webhook that is told of the event, and for every attempt. */
  event_id: string;
  type: string;
  data: Json<unknown>;
  created_at: Stamp;
  state: Generated<WebhookDeliveryState>;
  attempts: Generated<number>;
  /** Failed attempts since it was raised, or asked for again. */
  failures: Generated<number>;
  /** While an attempt is under way: when its process counts as dead. Null unless `pending`. */
  due_at: NullableStamp;
  last_attempt_at: NullableStamp;
  last_status: number | null;
  last_error: string | null;
  answered_ms: number | null;
}

export interface NotificationsTable {
  id: string;
  kind: string;
  severity: 'info' | 'warning' | 'error';
  message: string;
  automation_id: string | null;
  run_id: string | null;
  sender_id: string | null;
  dedupe_key: string | null;
  created_at: Stamp;
  read_at: NullableStamp;
}

export interface Schema {
  api_keys: ApiKeysTable;
  users: UsersTable;
  sessions: SessionsTable;
  setup_tokens: SetupTokensTable;
  sign_in_attempts: SignInAttemptsTable;
  audit_events: AuditEventsTable;
  idempotency_keys: IdempotencyKeysTable;
  senders: SendersTable;
  sender_pace: SenderPaceTable;
  sender_usage: SenderUsageTable;
  lists: ListsTable;
  contacts: ContactsTable;
  list_contacts: ListContactsTable;
  suppressions: SuppressionsTable;
  imports: ImportsTable;
  import_rejections: ImportRejectionsTable;
  attachment_files: AttachmentFilesTable;
  attachment_pieces: AttachmentPiecesTable;
  attachments: AttachmentsTable;
  attachment_uses: AttachmentUsesTable;
  templates: TemplatesTable;
  campaigns: CampaignsTable;
  campaign_lists: CampaignListsTable;
  campaign_senders: CampaignSendersTable;
  automations: AutomationsTable;
  automation_revisions: AutomationRevisionsTable;
  runs: RunsTable;
  run_duplicates: RunDuplicatesTable;
  skipped_occurrences: SkippedOccurrencesTable;
  missed_occurrences: MissedOccurrencesTable;
  chunks: ChunksTable;
  deliveries: DeliveriesTable;
  run_statistics: RunStatisticsTable;
  run_curves: RunCurvesTable;
  notifications: NotificationsTable;
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
}
