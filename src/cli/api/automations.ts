import { Option, type Command } from 'commander';
import { dataOf, type Schema } from '../../client/client.js';
import {
  apiCommand,
  clientOf,
  idempotencyOption,
  newKey,
  pages,
  patiently,
  wholeNumber,
  type ApiOptions,
} from './context.js';
import { plain, printFields, printJson, printMore, printTable, time } from './output.js';
import { automationId, campaignId, exitCodeOf, printRun } from './runs.js';
import { watchRun } from './watch.js';

type Automation = Schema<'Automation'>;

const stateOf = (a: Automation) => (a.enabled ? 'active' : 'paused') + (a.inSync ? '' : ', not in sync');
const audience = () =>
  new Option('--audience <whom>', "of the campaign's lists (default: as the campaign says)").choices([
    'everyone',
    'not-yet-received',
  ] as const);

interface RunOptions extends ApiOptions {
  audience?: 'everyone' | 'not-yet-received';
  idempotencyKey?: string;
  watch?: boolean;
}

/** `automations list|show|run|pause|resume`. */
export function addAutomations(program: Command): void {
  const automations = program.command('automations').description('see, run, pause and resume automations');

  apiCommand(automations, 'list', 'list automations')
    .option('--search <text>', 'whose name contains this')
    .option('--active', 'only those that are not paused')
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .action(async (options: ApiOptions & { search?: string; active?: boolean; limit: number }) => {
      const client = clientOf(options);
      const query = {
        sort: 'name' as const,
        ...(options.search ? { search: options.search } : {}),
        ...(options.active ? { enabled: true } : {}),
      };
      const found = await pages<Automation>(options.limit, (limit, cursor) =>
        dataOf(
          client.GET('/api/v1/automations', { params: { query: { ...query, limit, ...(cursor ? { cursor } : {}) } } }),
        ),
      );
      if (options.json) return printJson(found);
      printTable(
        ['ID', 'NAME', 'STATE', 'SCHEDULE', 'NEXT RUN', 'LAST RUN', 'RUNS'],
        found.items.map((a) => [
          a.id,
          a.name,
          stateOf(a),
          a.scheduleText,
          time(a.nextRunAt),
          a.lastRun ? `${a.lastRun.status} ${time(a.lastRun.scheduledFor)}` : '-',
          a.totalRuns,
        ]),
      );
      printMore(found.nextCursor);
    });

  apiCommand(automations, 'show', 'show an automation')
    .argument('<automation>', 'its ID or name')
    .action(async (named: string, options: ApiOptions) => {
      const client = clientOf(options);
      const id = await automationId(client, named);
      const a = await patiently(() => dataOf(client.GET('/api/v1/automations/{id}', { params: { path: { id } } })));
      if (options.json) printJson(a);
      else show(a);
    });

  apiCommand(automations, 'run', 'run an automation now, whether it is paused or not')
    .argument('<automation>', 'its ID or name')
    .addOption(audience())
    .addOption(idempotencyOption())
    .option('--watch', 'show its progress until it ends; exit code 1 unless it completes')
    .action(async (named: string, options: RunOptions) => {
      const client = clientOf(options);
      const id = await automationId(client, named);
      const header = { 'Idempotency-Key': options.idempotencyKey ?? newKey() };
      const body = options.audience ? { audience: options.audience } : {};
      const run = await patiently(() =>
        dataOf(client.POST('/api/v1/automations/{id}/runs', { params: { path: { id }, header }, body })),
      );
      if (options.watch) process.exitCode = 1;
      printRun(run, options.json === true);
      if (options.watch) process.exitCode = exitCodeOf(await watchRun(client, run.id, { json: options.json === true }));
    });

  const actions = [
    ['pause', 'pause an automation: its occurrences are passed over'],
    ['resume', 'resume an automation'],
  ] as const;
  for (const [action, description] of actions) {
    apiCommand(automations, action, description)
      .argument('<automation>', 'its ID or name')
      .action(async (named: string, options: ApiOptions) => {
        const client = clientOf(options);
        const id = await automationId(client, named);
        const a = await patiently(() =>
          dataOf(client.POST(`/api/v1/automations/{id}/${action}`, { params: { path: { id } } })),
        );
        if (options.json) printJson(a);
        else process.stdout.write(`${plain(a.name)}: ${stateOf(a)}, next run ${time(a.nextRunAt)}\n`);
      });
  }
}

function show(a: Automation): void {
  printFields({
    id: a.id,
    name: a.name,
    state: stateOf(a),
    campaign: a.campaignId ?? undefined,
    workflow: a.workflow?.type,
    schedule: a.scheduleText,
    'next run': time(a.nextRunAt),
    'last run': a.lastRun ? `${a.lastRun.id} ${a.lastRun.status} ${time(a.lastRun.scheduledFor)}` : '-',
    runs: a.totalRuns,
    'missed in 7 days': a.missed,
    'sync error': a.syncError ?? undefined,
    temporal: a.temporalUrl ?? undefined,
  });
}

/** `campaigns list|run`. */
export function addCampaigns(program: Command): void {
  const campaigns = program.command('campaigns').description('see and run campaigns');

  apiCommand(campaigns, 'list', 'list campaigns')
    .option('--search <text>', 'whose name contains this')
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .action(async (options: ApiOptions & { search?: string; limit: number }) => {
      const client = clientOf(options);
      const query = { sort: 'name' as const, ...(options.search ? { search: options.search } : {}) };
      const found = await pages<Schema<'Campaign'>>(options.limit, (limit, cursor) =>
        dataOf(
          client.GET('/api/v1/campaigns', { params: { query: { ...query, limit, ...(cursor ? { cursor } : {}) } } }),
        ),
      );
      if (options.json) return printJson(found);
      printTable(
        ['ID', 'NAME', 'LISTS', 'SENDERS', 'AUDIENCE', 'CHANGED'],
        found.items.map((c) => [c.id, c.name, c.listIds.length, c.senderIds.length, c.audience, time(c.updatedAt)]),
      );
      printMore(found.nextCursor);
    });

  apiCommand(campaigns, 'run', 'run a campaign now')
    .argument('<campaign>', 'its ID or name')
    .addOption(audience())
    .addOption(idempotencyOption())
    .option('--watch', 'show its progress until it ends; exit code 1 unless it completes')
    .action(async (named: string, options: RunOptions) => {
      const client = clientOf(options);
      const id = await campaignId(client, named);
      const header = { 'Idempotency-Key': options.idempotencyKey ?? newKey() };
      const body = options.audience ? { audience: options.audience } : {};
      const run = await patiently(() =>
        dataOf(client.POST('/api/v1/campaigns/{id}/runs', { params: { path: { id }, header }, body })),
      );
      if (options.watch) process.exitCode = 1;
      printRun(run, options.json === true);
      if (options.watch) process.exitCode = exitCodeOf(await watchRun(client, run.id, { json: options.json === true }));
    });
}
