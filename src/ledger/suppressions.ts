import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from './database.js';
import type { SuppressionReason } from './schema.js';
import { insertEvents, somebodySubscribes } from './webhooks/outbox.js';

/**
 * Reasons from weakest to strongest. A bounce is a fact about a mailbox and may pass; an operator's decision stands above it; what the person
 * said stands above both, and a complaint (the mail was reported as spam) is the strongest way to say it.
 */
export const suppressionStrength = [
  'bounced',
  'manual',
  'unsubscribed',
  'complained',
] as const satisfies readonly SuppressionReason[];

export interface SuppressionRequest {
  /** The normalised address. */
  address: string;
  email: string;
  reason: SuppressionReason;
  /** What is known about it, such as a server's answer. At most 500 characters are kept. */
  detail?: string;
  /** The run whose mail led to it. */
  runId?: string | null;
}

/** `added`: it was not suppressed before. `strengthened`: it was, for a weaker reason. `kept`: the present reason is as strong. */
export interface SuppressionChanges {
  added: number;
  strengthened: number;
  kept: number;
}

/**
 * Suppresses an address: it gets no mail from the next claim on, in runs that are under way too.
 *
 * Invariant: one row an address, which keeps its first reason, detail and run unless a stronger one comes; `since` is always the first time.
 * So somebody who unsubscribes after a bounce stays unsubscribed when bounces are forgiven.
 */
export async function suppress(db: Queryable, suppression: SuppressionRequest): Promise<keyof SuppressionChanges> {
  const changes = await suppressAll(db, [suppression]);
  return changes.added ? 'added' : changes.strengthened ? 'strengthened' : 'kept';
}

/**
 * The same for several addresses in one statement, in the order of addresses, so that concurrent callers cannot deadlock. Webhooks are told of each address that
 * is unsubscribed now and was not before.
 */
export async function suppressAll(
  db: Queryable,
  suppressions: readonly SuppressionRequest[],
): Promise<SuppressionChanges> {
  const byAddress = new Map<string, SuppressionRequest>();
  for (const s of suppressions) {
    const known = byAddress.get(s.address);
    if (!known || strength(s.reason) > strength(known.reason)) byAddress.set(s.address, s);
  }
  const distinct = [...byAddress.values()];
  const { rows } = await db.query<{ added: boolean }>(
    `WITH changed AS (
     INSERT INTO suppressions AS s (id, address, email, reason, detail, run_id)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[]) AS n (id, address, email, reason, detail, run_id)
      ORDER BY n.address COLLATE "C"
     ON CONFLICT (address) DO UPDATE
        SET reason = excluded.reason, detail = excluded.detail, run_id = excluded.run_id
      WHERE array_position($7::text[], excluded.reason) > array_position($7::text[], s.reason)
     RETURNING s.id, s.address, s.reason, s.run_id, s.xmax = 0 AS added),
     unsubscribed AS MATERIALIZED (
       SELECT uuid_v7() AS id, json_build_object('suppressionId', c.id, 'contactId', co.id, 'runId', c.run_id) AS data
         FROM changed c LEFT JOIN contacts co ON co.address = c.address
        WHERE c.reason = 'unsubscribed' AND ${somebodySubscribes('contact.unsubscribed')}),
     told AS (${insertEvents('contact.unsubscribed', 'unsubscribed')})
     SELECT added FROM changed`,
    [
      distinct.map(() => uuidv7()),
      distinct.map((s) => s.address),
      distinct.map((s) => s.email),
      distinct.map((s) => s.reason),
      distinct.map((s) => (s.detail ?? '').slice(0, 500)),
      distinct.map((s) => s.runId ?? null),
      suppressionStrength,
    ],
  );
  const added = rows.filter((r) => r.added).length;
  return { added, strengthened: rows.length - added, kept: suppressions.length - rows.length };
}

function strength(reason: SuppressionReason): number {
  return suppressionStrength.indexOf(reason);
}
