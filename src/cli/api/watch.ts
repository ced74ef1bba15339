import type { ApiClient } from '../../client/client.js';
import { follow, hasEnded, type FollowOptions, type Run } from './follow.js';
import { onInterrupt } from '../interrupt.js';
import { bar, duration, plain, StatusLine } from './output.js';

/** How far back the rate looks, in milliseconds. */
const rateMs = 10_000;

/** How far a run is, how fast it goes, and how long it still takes. */
export class Progress {
  private readonly samples: { at: number; done: number }[] = [];

  /** The line for a state of the run, seen at `now` (milliseconds). */
  line(run: Run, now: number): string {
    const { counts } = run;
    const done = counts.total - counts.pending - counts.sending;
    const samples = this.samples;
    samples.push({ at: now, done });
    while (samples.length > 2 && (samples[1] as { at: number }).at < now - rateMs) samples.shift();
    const first = samples[0] as { at: number; done: number };
    const rate = now > first.at ? Math.max(0, ((done - first.done) * 1_000) / (now - first.at)) : 0;
    const left = counts.pending + counts.sending;
    const parts = [
      bar(counts.total === 0 ? (hasEnded(run) ? 1 : 0) : done / counts.total),
      `${done} of ${counts.total}`,
      run.control === 'run' || hasEnded(run) || run.status === 'paused' ? run.status : `${run.status} (${run.control})`,
    ];
    if (run.waitingUntil !== null && run.status === 'waiting')
      parts.push(`until ${new Date(run.waitingUntil).toLocaleTimeString('sv-SE')}`);
    if (!hasEnded(run) && rate > 0) {
      parts.push(`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`);
      if (left > 0) parts.push(`${duration(left / rate)} left`);
    }
    for (const state of ['failed', 'uncertain', 'skipped', 'cancelled'] as const) {
      if (counts[state] > 0) parts.push(`${counts[state]} ${state}`);
    }
    return parts.join('  ');
  }
}

/**
 * Shows a run until it ends. Answers its last state. With `json` each state is a line of JSON on standard output; otherwise one line on standard
 * output shows the progress, and the end. An interrupt ends the watching; standard error says how to see the run again.
 */
export async function watchRun(
  client: ApiClient,
  runId: string,
  options: { json: boolean } & FollowOptions,
): Promise<Run> {
  const progress = new Progress();
  const status = new StatusLine(process.stdout);
  let last: Run | undefined;
  const takeBack = onInterrupt(() => {
    status.end();
    process.stderr.write(`The run goes on. To see it again: oncemail runs watch ${runId}\n`);
  });
  try {
    for await (const run of follow(client, runId, options)) {
      if (options.json) process.stdout.write(`${JSON.stringify(run)}\n`);
      else status.show(progress.line(run, Date.now()), last?.status !== run.status || hasEnded(run));
      last = run;
    }
  } catch (error) {
    status.end();
    throw error;
  } finally {
    takeBack();
  }
  if (!last) throw new Error(`Nothing is known about run ${runId}.`);
  if (!options.json) {
    status.end();
    const took =
      last.startedAt && last.finishedAt ? Date.parse(last.finishedAt) - Date.parse(last.startedAt) : undefined;
    const { sent, failed, uncertain, skipped, cancelled } = last.counts;
    const reason = last.statusReason ? ` (${last.statusReason})` : '';
    process.stdout.write(
      `${plain(last.title)}: ${last.status}${plain(reason)}, ${sent} sent, ${failed} failed, ${uncertain} uncertain, ${skipped} skipped, ${cancelled} cancelled` +
        `${took === undefined ? '' : `, in ${duration(took / 1_000)}`}\n`,
    );
  }
  return last;
}
