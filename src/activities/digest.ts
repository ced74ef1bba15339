import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { snapshotRecipients } from '../ledger/deliveries/snapshotAudience.js';
import { digestFigures, type DigestFigures } from '../ledger/digestFigures.js';
import type { ActivityDependencies } from './dependencies.js';
import { whileBeating } from './heartbeat.js';

const input = z.object({ senderId: z.uuid(), to: z.array(z.string()), timeZone: z.string().default('UTC') });

/** The step of the daily digest: reads the day's figures, writes the message and its recipients into the ledger as the run's snapshot. */
export function digestActivities(deps: ActivityDependencies) {
  return {
    /**
     * Answers the figures as they are mailed; addresses and content stay in the ledger. Idempotent: the snapshot is made once, and its figures
     * are answered from then on, whatever has happened since.
     */
    prepareDigest: (request: { runId: string }): Promise<DigestFigures> => whileBeating(() => prepare(request)),
  };

  async function prepare(request: { runId: string }): Promise<DigestFigures> {
    const run = await readRun(request.runId);
    if (run?.mailed) return run.mailed;
    const parsed = input.safeParse(run?.input);
    if (!run || !parsed.success) {
      throw ApplicationFailure.nonRetryable('the digest needs a senderId and recipients as its input', 'InvalidInput');
    }
    const { rowCount: usable } = await deps.database.pool.query(
      `SELECT FROM senders WHERE id = $1 AND deleted_at IS NULL`,
      [parsed.data.senderId],
    );
    if (usable !== 1) {
      throw ApplicationFailure.nonRetryable(
        'the sender of the digest has been deleted: name another one in the automation',
        'InvalidInput',
      );
    }
    const figures = await digestFigures(deps.database.pool, run.scheduled_for, parsed.data.timeZone);
    await snapshotRecipients(deps.database, request.runId, {
      recipients: parsed.data.to.map((email) => ({ email })),
      senderIds: [parsed.data.senderId],
      content: { subject: `Oncemail: ${figures.day}`, html: digestHtml(figures), text: null },
      result: figures,
    });
    // Another attempt may have made the snapshot meanwhile.
    return (await readRun(request.runId))?.mailed ?? figures;
  }

  async function readRun(id: string) {
    const { rows } = await deps.database.pool.query<{
      input: unknown;
      scheduled_for: Date;
      mailed: DigestFigures | null;
    }>(
      `SELECT input, scheduled_for, CASE WHEN snapshot_at IS NOT NULL THEN result END AS mailed FROM runs WHERE id = $1`,
      [id],
    );
    return rows[0];
  }
}

function digestHtml(f: DigestFigures): string {
  const rows: [string, number][] = [
    ['Runs started', f.runs],
    ['Runs completed', f.completedRuns],
    ['Runs stopped or failed', f.endedEarly],
    ['Mails sent', f.sent],
    ['Mails failed', f.failed],
    ['Mails uncertain', f.uncertain],
    ['Notifications', f.notifications],
  ];
  const cells = rows.map(
    ([name, n]) => `<tr><td style="padding:2px 16px 2px 0">${name}</td><td style="text-align:right">${n}</td></tr>`,
  );
  return `<!doctype html><html><body style="font-family:sans-serif"><h1 style="font-size:18px">${f.day} (${f.timeZone})</h1><table>${cells.join('')}</table></body></html>`;
}
