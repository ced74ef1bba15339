import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { openDatabase, type Database } from '../../src/ledger/database.js';
import { createSecretBox } from '../../src/mail/secrets.js';

/** Opens the ledger of a platform. */
export function openLedger(databaseUrl: string, maxConnections = 10): Database {
  return openDatabase({ url: databaseUrl, maxConnections, applicationName: 'test' });
}

/** Puts `count` contacts into a new list, as `<prefix>0@example.com` and so on. */
export async function givenList(
  database: Database,
  count: number,
  prefix = `c${randomUUID().slice(0, 8)}-`,
): Promise<string> {
  const listId = uuidv7();
  await database.pool.query(`INSERT INTO lists (id, name) VALUES ($1, 'a list')`, [listId]);
  await database.pool.query(
    `WITH made AS (
       INSERT INTO contacts (id, email, address, name)
       SELECT gen_random_uuid(), $2 || n || '@example.com', $2 || n || '@example.com', 'Contact ' || n FROM generate_series(0, $3::int - 1) AS n
       RETURNING id)
     INSERT INTO list_contacts (list_id, contact_id) SELECT $1, id FROM made`,
    [listId, prefix, count],
  );
  return listId;
}

/** A sender that points at an SMTP server on this machine. */
export async function givenSender(
  database: Database,
  smtp: {
    port: number;
    maxConnections?: number;
    perSecond?: number;
    perMinute?: number;
    perHour?: number;
    perDay?: number;
  },
): Promise<string> {
  const id = uuidv7();
  await database.pool.query(
    `INSERT INTO senders (id, name, from_name, from_email, smtp_host, smtp_port, smtp_security, max_connections,
                          limit_per_second, limit_per_minute, limit_per_hour, limit_per_day)
     VALUES ($1, 'a sender', 'Oncemail tests', 'news@sender.example', '127.0.0.1', $2, 'none', $3, $4, $5, $6, $7)`,
    [
      id,
      smtp.port,
      smtp.maxConnections ?? 5,
      smtp.perSecond ?? null,
      smtp.perMinute ?? null,
      smtp.perHour ?? null,
      smtp.perDay ?? null,
    ],
  );
  return id;
}

/** A sender that points at an HTTP API on this machine; its key is sealed with `secretKey`, as workers of the platform read it. */
export async function givenHttpSender(
  database: Database,
  secretKey: string,
  api: { url: string; apiKey: string; maxConnections?: number },
): Promise<string> {
  const id = uuidv7();
  await database.pool.query(
    `INSERT INTO senders (id, name, from_name, from_email, transport, http_base_url, http_api_key_encrypted, max_connections)
     VALUES ($1, 'a sender', 'Oncemail tests', 'news@sender.example', 'resend', $2, $3, $4)`,
    [id, api.url, createSecretBox(secretKey).encrypt(api.apiKey, id), api.maxConnections ?? 5],
  );
  return id;
}

/** A campaign of one list and its senders. */
export async function givenCampaign(
  database: Database,
  parts: {
    listIds: string[];
    senderIds: string[];
    subject?: string;
    html?: string;
    audience?: 'everyone' | 'not-yet-received';
  },
): Promise<string> {
  const id = uuidv7();
  await database.pool.query(`INSERT INTO campaigns (id, name, content, audience) VALUES ($1, 'a campaign', $2, $3)`, [
    id,
    JSON.stringify({
      subject: parts.subject ?? 'Hello {{ contact.name }}',
      html: parts.html ?? '<p>Dear {{ contact.name }}, this is for {{ contact.email }}.</p>',
      text: null,
    }),
    parts.audience ?? 'everyone',
  ]);
  for (const listId of parts.listIds) {
    await database.pool.query(`INSERT INTO campaign_lists VALUES ($1, $2)`, [id, listId]);
  }
  for (const [position, senderId] of parts.senderIds.entries()) {
    await database.pool.query(`INSERT INTO campaign_senders VALUES ($1, $2, $3)`, [id, senderId, position]);
  }
  return id;
}

/** A run of a campaign that is opened by `owner` but not yet snapshotted. */
export async function givenOpenRun(database: Database, campaignId: string, owner: string): Promise<string> {
  const id = uuidv7();
  await database.pool.query(
    `INSERT INTO runs (id, campaign_id, workflow_type, kind, occurrence_key, scheduled_for, workflow_id, first_execution_run_id, status, audience)
     SELECT $1::uuid, id, 'campaignRun', 'manual', 'manual/' || $1::text, now(), 'campaign/' || id, $3, 'preparing', audience FROM campaigns WHERE id = $2`,
    [id, campaignId, owner],
  );
  return id;
}

/** How many deliveries of a run stand in each state, counted from the rows. */
export async function statesOf(database: Database, runId: string): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<{ state: string; n: number }>(
    `SELECT state, count(*)::int AS n FROM deliveries WHERE run_id = $1 GROUP BY state ORDER BY state`,
    [runId],
  );
  return Object.fromEntries(rows.map((r) => [r.state, r.n]));
}
