import type { Queryable } from '../../../src/ledger/database.js';
import { type DeliveryProtocol, ledgerProtocol } from './protocol.js';

/** One mistake, and how the model finds it. */
export interface BrokenProtocol {
  protocol: DeliveryProtocol;
  /** The rule that is seen broken. */
  found: RegExp;
  /** A seed with which that takes few histories. */
  seed: number;
  /** Whether somebody must settle what is not his for the mistake to show soon. */
  forgery?: boolean;
}

/**
 * The protocol with one of its protections taken away. Each is a mistake that a mailer can make, and that most make.
 * Everything else, the chunk sums too, is done as the ledger does it, so that only the mistake itself can be found.
 */
export const brokenProtocols: Record<string, BrokenProtocol> = {
  'claims after it has sent: reads what is pending, hands over, then records': {
    protocol: broken({
      claimDeliveries: async (db, request) => {
        const rows = await pendingOf(db, request);
        return { claimed: rows, moved: rows.length };
      },
      settleDeliveries: async (db, runId, settlements) => {
        for (const { contactId, claimToken } of settlements) {
          await move(db, { runId, contactIds: [contactId], from: 'pending', to: 'sending', claimToken });
        }
        return ledgerProtocol.settleDeliveries(db, runId, settlements);
      },
    }),
    found: /handed over by claimer|is pending, but the server accepted it/,
    seed: 3,
  },

  'claims without comparing the state: reads what is pending, then takes it': {
    protocol: broken({
      claimDeliveries: async (db, request) => {
        const rows = await pendingOf(db, request);
        const contactIds = rows.map((r) => r.contactId);
        await move(db, { ...request, contactIds, from: null, to: 'sending' });
        return { claimed: rows, moved: rows.length };
      },
    }),
    found: /handed over by claimer|is pending, but the server accepted it/,
    seed: 11,
  },

  'settles without the token: by delivery alone': {
    protocol: broken({
      settleDeliveries: async (db, runId, settlements) => {
        const { rows } = await db.query<{ contact_id: string; claim_token: string | null }>(
          `SELECT contact_id, claim_token FROM deliveries WHERE run_id = $1`,
          [runId],
        );
        const tokens = new Map(rows.map((r) => [r.contact_id, r.claim_token]));
        return ledgerProtocol.settleDeliveries(
          db,
          runId,
          settlements.map((s) => ({ ...s, claimToken: tokens.get(s.contactId) ?? s.claimToken })),
        );
      },
    }),
    found: /a settle with a token that holds no claim changed/,
    seed: 13,
    forgery: true,
  },

  'takes what a dead attempt left for not sent: makes it pending': {
    protocol: {
      ...ledgerProtocol,
      abandonClaims: async (db, chunk) => {
        const { rows } = await db.query<{ contact_id: string }>(
          `SELECT d.contact_id FROM deliveries d JOIN runs r ON r.id = d.run_id
          WHERE d.run_id = $1 AND d.chunk_no = $2 AND d.state = 'sending' AND r.first_execution_run_id = $3`,
          [chunk.runId, chunk.chunkNo, chunk.owner],
        );
        const contactIds = rows.map((r) => r.contact_id);
        return move(db, { ...chunk, contactIds, from: 'sending', to: 'pending' });
      },
    },
    found: /handed over by claimer|is (pending|skipped|cancelled), but the server accepted it/,
    seed: 2,
  },

  'has no lease: a claimer that was frozen hands over what it had claimed': {
    protocol: { ...ledgerProtocol, leaseChecked: false },
    found: /handed over by claimer/,
    seed: 7,
  },

  'ends a run without looking: what its claimers hold is left as it is': {
    protocol: {
      ...ledgerProtocol,
      closeRun: async (database, runId, owner, end) => {
        const { rowCount } = await database.pool.query(
          `UPDATE runs SET status = $3, status_reason = $4, finished_at = now()
          WHERE id = $1 AND first_execution_run_id = $2 AND status IN ('preparing', 'sending', 'waiting', 'paused')`,
          [runId, owner, end.status, end.reason ?? null],
        );
        if (rowCount === 0) return null;
        return { status: end.status, counts: await ledgerProtocol.countDeliveries(database.pool, runId) };
      },
    },
    found: /the run is (completed|stopped), but/,
    seed: 9,
  },
};

/** The protocol with other claims or settles, in two statements where the ledger exchanges in one. */
function broken(parts: Partial<DeliveryProtocol>): DeliveryProtocol {
  const protocol: DeliveryProtocol = {
    ...ledgerProtocol,
    ...parts,
    exchangeDeliveries: async (db, runId, settlements, claim) => {
      const settled = await protocol.settleDeliveries(db, runId, settlements);
      const { claimed, moved } = claim ? await protocol.claimDeliveries(db, claim) : { claimed: [], moved: 0 };
      return { settled, claimed, moved };
    },
  };
  return protocol;
}

type ClaimRequest = Parameters<DeliveryProtocol['claimDeliveries']>[1];
type Claimed = Awaited<ReturnType<DeliveryProtocol['claimDeliveries']>>['claimed'];

/** What a claim of the ledger would take, only read. */
async function pendingOf(db: Queryable, request: ClaimRequest): Promise<Claimed> {
  const { rows } = await db.query<Claimed[number]>(
    `SELECT d.contact_id AS "contactId", d.email, '' AS name, '{}'::jsonb AS attributes, d.attempts, false AS "inDoubt"
       FROM deliveries d JOIN runs r ON r.id = d.run_id
      WHERE d.run_id = $1 AND d.chunk_no = $2 AND d.state = 'pending' AND (d.due_at IS NULL OR d.due_at <= now())
        AND r.control = 'run' AND r.status IN ('sending', 'waiting', 'paused') AND r.first_execution_run_id = $3
      ORDER BY d.contact_id LIMIT $4`,
    [request.runId, request.chunkNo, request.owner, request.limit],
  );
  return rows;
}

/** Moves deliveries and the sums of their chunks in one statement; `from: null` moves them whatever their state is. */
async function move(
  db: Queryable,
  request: {
    runId: string;
    contactIds: string[];
    from: 'pending' | 'sending' | null;
    to: 'pending' | 'sending';
    claimToken?: string;
  },
): Promise<number> {
  const { rows } = await db.query<{ moved: number }>(
    `WITH held AS MATERIALIZED (
       SELECT contact_id, state AS was FROM deliveries
        WHERE run_id = $1 AND contact_id = ANY ($2::uuid[]) AND ($3::delivery_state IS NULL OR state = $3::delivery_state) FOR UPDATE),
     moved AS (
       UPDATE deliveries d SET state = $4::delivery_state, claim_token = $5::uuid, due_at = NULL, changed_at = now()
         FROM held h WHERE d.run_id = $1 AND d.contact_id = h.contact_id
       RETURNING d.chunk_no, h.was),
     sums AS (
       UPDATE chunks c SET pending = c.pending - m.pending + CASE WHEN $4 = 'pending' THEN m.n ELSE 0 END,
              sending = c.sending - m.sending + CASE WHEN $4 = 'sending' THEN m.n ELSE 0 END,
              sent = c.sent - m.sent, failed = c.failed - m.failed, uncertain = c.uncertain - m.uncertain
         FROM (SELECT chunk_no, count(*)::int AS n, count(*) FILTER (WHERE was = 'pending')::int AS pending,
                      count(*) FILTER (WHERE was = 'sending')::int AS sending, count(*) FILTER (WHERE was = 'sent')::int AS sent,
                      count(*) FILTER (WHERE was = 'failed')::int AS failed, count(*) FILTER (WHERE was = 'uncertain')::int AS uncertain
                 FROM moved GROUP BY chunk_no) AS m
        WHERE c.run_id = $1 AND c.no = m.chunk_no)
     SELECT count(*)::int AS moved FROM moved`,
    [request.runId, request.contactIds, request.from, request.to, request.claimToken ?? null],
  );
  return rows[0]?.moved ?? 0;
}
