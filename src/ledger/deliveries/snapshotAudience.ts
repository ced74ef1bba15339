import { parseAddress } from '../../domain/address.js';
import { useAttachments } from '../attachments/useAttachments.js';
import { transaction, type Database } from '../database.js';
import type { Content, RunAudience } from '../schema.js';
import { fillsGapsOf, notAmong, reached } from './reached.js';

/** What a snapshot fixed: how many deliveries, in how many chunks. */
export interface Snapshot {
  total: number;
  chunks: number;
}

/** A run that cannot be prepared, for a reason that trying again does not change. The message is for people. */
export class SnapshotImpossible extends Error {
  override name = 'SnapshotImpossible';
}

/**
 * How many deliveries one chunk holds: about eighty chunks a run, within 50 and 1,000. So its end spreads over workers, too (measured with two and 20 ms
 * of latency: 928 mails a second, with forty chunks 787), and large runs cost Temporal a few thousandths of an event a mail. SQL, as the statement that knows the total uses it.
 */
const chunkSize = `least(1000, greatest(50, ceil(count(*) OVER () / 80.0)))::bigint`;

/**
 * Fixes the audience, the content and the senders of a campaign's run.
 *
 * Invariant: the audience is one statement's view of the database. A contact stands once (primary key), an address once
 * (`contacts.address` is unique), nobody who is suppressed at that moment is in it.
 * - `not-yet-received` leaves out everybody whom another run of the campaign reached, may have reached, or is about to (`reached.ts`);
 * - `retry-failed` takes those whose delivery failed in the run that is retried, at the address that the contact has now, with the content of that run; it
 *   leaves out whom a later run has reached since.
 * The snapshots of one campaign follow one another (an advisory lock), so that two such runs at once do not take the same people.
 * Idempotent: a second call finds the snapshot and answers the same figures.
 *
 * @throws SnapshotImpossible when the campaign has no content or no usable sender left.
 */
export async function snapshotAudience(database: Database, runId: string): Promise<Snapshot> {
  return transaction(database, async (client) => {
    await lockAudience(client, runId);
    const { rows } = await client.query<{
      campaign_id: string | null;
      audience: RunAudience;
      retry_of: string | null;
      snapshot_at: Date | null;
      total: number;
    }>(`SELECT campaign_id, audience, retry_of, snapshot_at, total FROM runs WHERE id = $1 FOR UPDATE`, [runId]);
    const run = rows[0];
    if (!run) throw new SnapshotImpossible(`Run ${runId} is not in the ledger.`);
    if (run.snapshot_at) return { total: run.total, chunks: await countChunks(client, runId) };

    const { content, senderIds } = await campaignParts(client, run.campaign_id, run.retry_of);
    await (run.audience === 'retry-failed'
      ? client.query(insertRetried, [runId, run.retry_of])
      : client.query(run.audience === 'everyone' ? insertMembers('') : insertNotYetReceived, [runId, run.campaign_id]));
    return finishSnapshot(client, runId, content, senderIds);
  });
}

/**
 * Makes whoever decides about the recipients of runs of one campaign wait for one another, until the transaction ends. To be taken before the lock on
 * the run's row.
 */
export async function lockAudience(client: Client, runId: string): Promise<void> {
  await client.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('audience/' || campaign_id, 0)) FROM runs WHERE id = $1 AND campaign_id IS NOT NULL`,
    [runId],
  );
}

const insertMembers = (condition: string) => `
  INSERT INTO deliveries (run_id, contact_id, chunk_no, email)
  SELECT $1, c.id, (row_number() OVER (ORDER BY c.id) - 1) / ${chunkSize}, c.email
    FROM contacts c
   WHERE c.id IN (SELECT lc.contact_id
                    FROM campaign_lists cl
                    JOIN lists l ON l.id = cl.list_id AND l.deleted_at IS NULL
                    JOIN list_contacts lc ON lc.list_id = cl.list_id
                   WHERE cl.campaign_id = $2)
     AND NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.address = c.address)
     ${condition}
   ORDER BY c.id`;

const insertNotYetReceived = `
  WITH received AS MATERIALIZED (
    SELECT d.contact_id, lower(d.email) AS address
      FROM runs r JOIN deliveries d ON d.run_id = r.id
     WHERE r.campaign_id = $2 AND r.id <> $1 AND ${reached})
  ${insertMembers(`AND ${notAmong('received', 'c')}`)}`;

const insertRetried = `
  WITH source AS (SELECT * FROM runs WHERE id = $2),
  received AS MATERIALIZED (
    SELECT d.contact_id, lower(d.email) AS address
      FROM source JOIN runs r ON ${fillsGapsOf('source')} AND r.id <> $1 JOIN deliveries d ON d.run_id = r.id
     WHERE ${reached})
  INSERT INTO deliveries (run_id, contact_id, chunk_no, email)
  SELECT $1, c.id, (row_number() OVER (ORDER BY c.id) - 1) / ${chunkSize}, c.email
    FROM deliveries f JOIN contacts c ON c.id = f.contact_id
   WHERE f.run_id = $2 AND f.state = 'failed'
     AND NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.address = c.address)
     AND ${notAmong('received', 'c')}
   ORDER BY c.id`;

/** A recipient named by a workflow rather than by a list. */
export interface NamedRecipient {
  email: string;
}

/**
 * The same for a workflow that names its recipients itself (a report, a digest): content is given, recipients are addresses.
 * The key of such a delivery derives from the address, so a repeated address stands once. `result` is kept with the run from now on: what the
 * mail says, for those who look the run up. Idempotent.
 */
export async function snapshotRecipients(
  database: Database,
  runId: string,
  parts: { recipients: NamedRecipient[]; content: Content; senderIds: string[]; result?: unknown },
): Promise<Snapshot> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ snapshot_at: Date | null; total: number }>(
      `SELECT snapshot_at, total FROM runs WHERE id = $1 FOR UPDATE`,
      [runId],
    );
    const run = rows[0];
    if (!run) throw new SnapshotImpossible(`Run ${runId} is not in the ledger.`);
    if (run.snapshot_at) return { total: run.total, chunks: await countChunks(client, runId) };
    await client.query(
      `INSERT INTO deliveries (run_id, contact_id, chunk_no, email)
       SELECT $1, id, (row_number() OVER (ORDER BY id) - 1) / ${chunkSize}, email
         FROM (SELECT DISTINCT ON (md5(lower(r.email))::uuid) md5(lower(r.email))::uuid AS id, r.email
                 FROM unnest($2::text[]) AS r (email)
                WHERE NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.address = lower(r.email))) AS distinct_recipients`,
      [runId, parts.recipients.map((r) => r.email)],
    );
    if (parts.result !== undefined)
      await client.query(`UPDATE runs SET result = $2 WHERE id = $1`, [runId, JSON.stringify(parts.result)]);
    return finishSnapshot(client, runId, parts.content, parts.senderIds);
  });
}

type Client = Parameters<Parameters<typeof transaction>[1]>[0];

/** The content is the campaign's present one, or that of the run that is retried; the senders are the campaign's present ones. */
async function campaignParts(
  client: Client,
  campaignId: string | null,
  retryOf: string | null,
): Promise<{ content: Content; senderIds: string[] }> {
  const { rows } = await client.query<{ content: Content | null; deleted: boolean; sender_ids: string[] }>(
    `SELECT coalesce((SELECT r.content FROM runs r WHERE r.id = $2), c.content, CASE WHEN t.id IS NULL THEN NULL
                                     ELSE jsonb_build_object('subject', t.subject, 'html', t.html, 'text', t.text, 'attachments', t.attachments)
                                     END) AS content,
            c.deleted_at IS NOT NULL AS deleted,
            array(SELECT cs.sender_id::text FROM campaign_senders cs JOIN senders s ON s.id = cs.sender_id AND s.deleted_at IS NULL
                   WHERE cs.campaign_id = c.id ORDER BY cs.position) AS sender_ids
       FROM campaigns c LEFT JOIN templates t ON t.id = c.template_id
      WHERE c.id = $1`,
    [campaignId, retryOf],
  );
  const parts = rows[0];
  if (!parts || parts.deleted) throw new SnapshotImpossible('The campaign has been deleted.');
  if (!parts.content) throw new SnapshotImpossible('The campaign has no content: its template has been deleted.');
  if (parts.sender_ids.length === 0)
    throw new SnapshotImpossible('The campaign has no sender: give it one and run it again.');
  return { content: parts.content, senderIds: parts.sender_ids };
}

async function finishSnapshot(client: Client, runId: string, content: Content, senderIds: string[]): Promise<Snapshot> {
  // PostgreSQL has no min() or max() of uuid before version 18; within a chunk the order of text is the order of uuid.
  const { rows } = await client.query<{ total: string | null; chunks: string }>(
    `WITH made AS (
       INSERT INTO chunks (run_id, no, first_contact, last_contact, total, pending)
       SELECT run_id, chunk_no, min(contact_id::text)::uuid, max(contact_id::text)::uuid, count(*), count(*)
         FROM deliveries WHERE run_id = $1 GROUP BY run_id, chunk_no
       RETURNING total)
     SELECT sum(total) AS total, count(*) AS chunks FROM made`,
    [runId],
  );
  const total = Number(rows[0]?.total ?? 0);
  await client.query(
    `UPDATE runs SET content = $2, sender_ids = $3, message_id_domains = $5, total = $4, snapshot_at = now(),
            status = CASE control WHEN 'pause' THEN 'paused' ELSE 'sending' END,
            status_reason = CASE control WHEN 'pause' THEN status_reason END
      WHERE id = $1`,
    [runId, JSON.stringify(content), senderIds, total, await messageIdDomains(client, senderIds)],
  );
  await useAttachments(client, runId, content.attachments ?? []);
  return { total, chunks: Number(rows[0]?.chunks ?? 0) };
}

/** The domains of the senders' present addresses, in their ASCII form. */
async function messageIdDomains(client: Client, senderIds: string[]): Promise<string[]> {
  const { rows } = await client.query<{ from_email: string }>(
    `SELECT s.from_email FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, no) JOIN senders s ON s.id = u.id ORDER BY u.no`,
    [senderIds],
  );
  return rows.map((sender) => {
    const address = parseAddress(sender.from_email);
    return address.ok ? address.asciiDomain : 'localhost';
  });
}

async function countChunks(client: Client, runId: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM chunks WHERE run_id = $1`, [
    runId,
  ]);
  return rows[0]?.n ?? 0;
}
