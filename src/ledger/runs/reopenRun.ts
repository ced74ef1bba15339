import { transaction, type Database } from '../database.js';
import { fillsGapsOf, reached } from '../deliveries/reached.js';
import { lockAudience } from '../deliveries/snapshotAudience.js';
import { releaseRun } from './controlRun.js';

/**
 * Lets a run that has ended go on: stopped or failed (resumed), or completed with uncertain deliveries that are to be sent again. It belongs to no
 * execution until the next one opens it, and it is to run, whatever was wanted of it before.
 *
 * Invariants:
 * - only a run that has ended is reopened, once: somebody who pauses or stops it afterwards is not overruled by a second resume that was on its way;
 * - whoever a later run has reached in the meantime, or is about to (it mailed those who had not received the campaign, or the same content), is mailed
 *   no more: those deliveries become `skipped`.
 * `owner` is the execution that ended it. Answers false when the run has not ended, or another execution has meanwhile.
 */
export async function reopenRun(database: Database, runId: string, owner: string | null): Promise<boolean> {
  return transaction(database, async (client) => {
    await lockAudience(client, runId);
    if (!(await releaseRun(client, runId, owner, true))) return false;
    await client.query(
      `WITH source AS (SELECT * FROM runs WHERE id = $1 AND campaign_id IS NOT NULL),
       later AS (SELECT r.id, r.status FROM source JOIN runs r ON ${fillsGapsOf('source')}),
       received AS MATERIALIZED (
         SELECT d.contact_id, lower(d.email) AS address FROM later r JOIN deliveries d ON d.run_id = r.id WHERE ${reached}),
       skipped AS (
         UPDATE deliveries d SET state = 'skipped', changed_at = now(), due_at = NULL, response = 'a later run of the campaign has this recipient'
          WHERE d.run_id = $1 AND d.state = 'pending' AND d.doubt_since IS NULL AND EXISTS (SELECT FROM later)
            AND (EXISTS (SELECT FROM received x WHERE x.contact_id = d.contact_id)
                 OR EXISTS (SELECT FROM received x WHERE x.address = lower(d.email)))
         RETURNING d.chunk_no)
       UPDATE chunks c SET pending = c.pending - s.n, skipped = c.skipped + s.n
         FROM (SELECT chunk_no, count(*)::int AS n FROM skipped GROUP BY chunk_no) AS s
        WHERE c.run_id = $1 AND c.no = s.chunk_no`,
      [runId],
    );
    return true;
  });
}
