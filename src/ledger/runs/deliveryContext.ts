import type { Selectable } from 'kysely';
import type { UncertainPolicy } from '../../domain/policy.js';
import type { RunControl, RunStatus } from '../../domain/run.js';
import type { Queryable } from '../database.js';
import type { Content, DkimSettings, SendersTable } from '../schema.js';
import { connectionOf, type SenderConnection } from '../senders/connection.js';
import type { SenderLimits } from '../senders/reserveSlots.js';

/** A sender as the sending path needs it; secrets are still encrypted. */
export interface SendingSender {
  id: string;
  revision: number;
  fromName: string;
  fromEmail: string;
  replyTo: string | null;
  connection: SenderConnection;
  /** True when its connection has been another one since the sender was made: deliveries may be in doubt at the one before. */
  accountChanged: boolean;
  maxConnections: number;
  limits: SenderLimits;
  dkim: DkimSettings | null;
  dkimPrivateKeyEncrypted: Buffer | null;
}

/** Everything an activity needs to deliver chunks of a run. */
export interface DeliveryContext {
  runId: string;
  campaignId: string | null;
  campaignName: string;
  scheduledFor: Date;
  /** When the audience was fixed; the Date header of every copy, so that a retry sends identical bytes. */
  snapshotAt: Date;
  status: RunStatus;
  control: RunControl;
  owner: string | null;
  uncertainPolicy: UncertainPolicy;
  content: Content;
  /** In the order of the run's sender numbers; null where the sender has been deleted since. */
  senders: (SendingSender | null)[];
  /** Of Message-IDs, in the same order: fixed with the audience, so that a later copy has the same, whatever became of the sender's address. */
  messageIdDomains: string[];
}

/** Reads the context of a run whose snapshot is made; null when there is no such run or no snapshot yet. */
export async function readDeliveryContext(db: Queryable, runId: string): Promise<DeliveryContext | null> {
  const { rows } = await db.query<{
    campaign_id: string | null;
    campaign_name: string | null;
    scheduled_for: Date;
    snapshot_at: Date | null;
    status: RunStatus;
    control: RunControl;
    owner: string | null;
    uncertain_policy: UncertainPolicy;
    content: Content | null;
    sender_ids: string[];
    message_id_domains: string[];
  }>(
    `SELECT r.campaign_id, coalesce(c.name, a.name) AS campaign_name, r.scheduled_for, r.snapshot_at, r.status, r.control,
            r.first_execution_run_id AS owner, r.uncertain_policy, r.content, r.sender_ids::text[] AS sender_ids, r.message_id_domains
       FROM runs r LEFT JOIN campaigns c ON c.id = r.campaign_id LEFT JOIN automations a ON a.id = r.automation_id
      WHERE r.id = $1`,
    [runId],
  );
  const run = rows[0];
  if (!run?.snapshot_at || !run.content) return null;
  const { rows: senders } = await db.query<SenderRow>(
    `SELECT * FROM senders WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL`,
    [run.sender_ids],
  );
  const byId = new Map(
    senders.map((s) => [
      s.id,
      {
        id: s.id,
        revision: s.revision,
        fromName: s.from_name,
        fromEmail: s.from_email,
        replyTo: s.reply_to,
        connection: connectionOf(s),
        accountChanged: s.account_since !== null,
        maxConnections: s.max_connections,
        limits: {
          perSecond: s.limit_per_second,
          perMinute: s.limit_per_minute,
          perHour: s.limit_per_hour,
          perDay: s.limit_per_day,
        },
        dkim: s.dkim,
        dkimPrivateKeyEncrypted: s.dkim_private_key_encrypted,
      } satisfies SendingSender,
    ]),
  );
  return {
    runId,
    campaignId: run.campaign_id,
    campaignName: run.campaign_name ?? '',
    scheduledFor: run.scheduled_for,
    snapshotAt: run.snapshot_at,
    status: run.status,
    control: run.control,
    owner: run.owner,
    uncertainPolicy: run.uncertain_policy,
    content: run.content,
    senders: run.sender_ids.map((id) => byId.get(id) ?? null),
    messageIdDomains: run.message_id_domains,
  };
}

type SenderRow = Selectable<SendersTable>;
