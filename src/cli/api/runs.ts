import { Option, type Command } from 'commander';
import { dataOf, type ApiClient, type Schema } from '../../client/client.js';
import { apiCommand, clientOf, idOf, pages, patiently, runId, wholeNumber, type ApiOptions } from './context.js';
import type { Run } from './follow.js';
import { plain, printFields, printJson, printMore, printTable, time } from './output.js';
import { watchRun } from './watch.js';

/** Prints a run that has just been started, or one line that says what became of a request to it. */
export function printRun(run: Run, json: boolean): void {
  if (json) printJson(run);
  else
    process.stdout.write(
      `${plain(run.title)}: run ${run.id} is ${run.status}${run.control === 'run' ? '' : ` (${run.control})`}\n`,
    );
}

/** The exit code of a run that was watched: 0 when it completed. */
export function exitCodeOf(run: Run): number {
  return run.status === 'completed' ? 0 : 1;
}

const counted = (run: Run) => `${run.counts.sent}/${run.counts.total}`;

/** `runs list|show|watch|pause|resume|stop`. */
export function addRuns(program: Command): void {
  const runs = program.command('runs').description('see and steer runs');

  apiCommand(runs, 'list', 'list runs, newest first')
    .option('--automation <automation>', 'of an automation, by ID or name')
    .option('--campaign <campaign>', 'of a campaign, by ID or name')
    .option('--status <statuses>', 'such as sending,waiting')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(
      async (options: ApiOptions & { automation?: string; campaign?: string; status?: string; limit: number }) => {
        const client = clientOf(options);
        const query = {
          ...(options.automation ? { automationId: await automationId(client, options.automation) } : {}),
          ...(options.campaign ? { campaignId: await campaignId(client, options.campaign) } : {}),
          ...(options.status ? { status: options.status } : {}),
        };
        const found = await pages<Run>(options.limit, (limit, cursor) =>
          dataOf(client.GET('/api/v1/runs', { params: { query: { ...query, limit, ...(cursor ? { cursor } : {}) } } })),
        );
        if (options.json) return printJson(found);
        printTable(
          ['ID', 'TITLE', 'KIND', 'STATUS', 'SENT', 'SCHEDULED FOR', 'FINISHED'],
          found.items.map((r) => [
            r.id,
            r.title,
            r.kind,
            r.status,
            counted(r),
            time(r.scheduledFor),
            time(r.finishedAt),
          ]),
        );
        printMore(found.nextCursor);
      },
    );

  apiCommand(runs, 'show', 'show a run')
    .argument('<run>', 'its ID', runId)
    .action(async (id: string, options: ApiOptions) => {
      const client = clientOf(options);
      const run: Schema<'RunDetail'> = await patiently(() =>
        dataOf(client.GET('/api/v1/runs/{id}', { params: { path: { id } } })),
      );
      if (options.json) return printJson(run);
      printFields({
        id: run.id,
        title: run.title,
        kind: run.kind,
        status: `${run.status}${run.statusReason ? ` (${run.statusReason})` : ''}`,
        'scheduled for': time(run.scheduledFor),
        started: time(run.startedAt),
        finished: time(run.finishedAt),
        ...run.counts,
        senders: run.senders.map((s) => s.name).join(', '),
        duplicates: run.duplicates.length,
        temporal: run.temporalUrl ?? undefined,
      });
    });

  apiCommand(runs, 'watch', 'show the progress of a run until it ends; Ctrl-C ends the watching, not the run')
    .argument('<run>', 'its ID', runId)
    .option('--exit-status', 'exit code 1 unless the run completes')
    .action(async (id: string, options: ApiOptions & { exitStatus?: boolean }) => {
      // Until it has been seen to complete; also for a reader who goes away before (`| head`).
      if (options.exitStatus) process.exitCode = 1;
      const run = await watchRun(clientOf(options), id, { json: options.json === true });
      if (options.exitStatus) process.exitCode = exitCodeOf(run);
    });

  const actions = [
    ['pause', 'pause a run: each worker finishes what it holds'],
    ['resume', 'let a run go on that is paused, stopped or has failed'],
    ['stop', 'stop a run: what is pending is cancelled'],
  ] as const;
  for (const [action, description] of actions) {
    apiCommand(runs, action, description)
      .argument('<run>', 'its ID', runId)
      .action(async (id: string, options: ApiOptions) => {
        const client = clientOf(options);
        const params = { params: { path: { id } } };
        // Each of them may be asked for again: the run is then in that state already.
        const run = await patiently(() => dataOf(client.POST(`/api/v1/runs/{id}/${action}`, params)));
        printRun(run, options.json === true);
      });
  }
}

/** `deliveries export <run>`. */
export function addDeliveries(program: Command): void {
  const deliveries = program.command('deliveries').description('who got the mail of a run, and what their server said');
  apiCommand(deliveries, 'export', 'export the deliveries of a run as CSV, or as one JSON object a line')
    .argument('<run>', 'its ID', runId)
    .addOption(new Option('--state <states>', 'only these, such as failed,uncertain'))
    .option('-o, --output <file>', 'a file, which is there when it is whole (default: standard output)')
    .action(async (id: string, options: ApiOptions & { state?: string; output?: string }) => {
      const { exportDeliveries } = await import('./exportDeliveries.js');
      await exportDeliveries(clientOf(options), id, options);
    });
}

export function automationId(client: ApiClient, named: string): Promise<string> {
  return idOf('automation', named, (search, limit, cursor) =>
    dataOf(client.GET('/api/v1/automations', { params: { query: { search, limit, ...(cursor ? { cursor } : {}) } } })),
  );
}

export function campaignId(client: ApiClient, named: string): Promise<string> {
  return idOf('campaign', named, (search, limit, cursor) =>
    dataOf(client.GET('/api/v1/campaigns', { params: { query: { search, limit, ...(cursor ? { cursor } : {}) } } })),
  );
}
