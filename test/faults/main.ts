import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TerminalProgress } from '../../src/embedded/progress.js';
import type { FaultSettings, Scenario } from './harness/scenario.js';
import { leaveNoChildren } from '../support/stage.js';
import { held, type Row, tableLines } from './harness/table.js';
import { badServer } from './scenarios/badServer.js';
import { crash } from './scenarios/crash.js';
import { diskFull } from './scenarios/diskFull.js';
import { freeze } from './scenarios/freeze.js';
import { kills } from './scenarios/kills.js';
import { outage } from './scenarios/outage.js';
import { rate } from './scenarios/rate.js';
import { sigterm } from './scenarios/sigterm.js';
import { temporalLost } from './scenarios/temporalLost.js';

export const scenarios: Record<string, Scenario> = {
  kills,
  crash,
  sigterm,
  'bad-server': badServer,
  freeze,
  rate,
  'temporal-lost': temporalLost,
  outage,
  'disk-full': diskFull,
};

const usage = `npm run faults -- [options]
  --scenario NAME   one of ${Object.keys(scenarios).join(', ')}; several times for several (all of them)
  --recipients N    of the larger scenarios (20000)
  --workers W       worker processes (2)
  --kills K         faults of each kind (3)
  --away S          how long PostgreSQL and Temporal are away in "outage", seconds (20)
  --seed S          everything random follows from it (1)
  --full            --recipients 100000 --kills 10 --away 60
  --json FILE       where the rows go as JSON`;

/** Runs the scenarios one after the other and prints the table; answers the exit code: 1 when the promise was broken. */
export async function main(args: string[]): Promise<number> {
  const asked = readSettings(args);
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n\n${usage}\n`);
    return 2;
  }
  const { settings, names, json } = asked;
  leaveNoChildren();
  const rows: Row[] = [];
  let failed = false;
  for (const name of names) {
    try {
      rows.push(await (scenarios[name] as Scenario)(settings));
    } catch (error) {
      failed = true;
      process.stderr.write(`\n${name} could not be played to its end: ${(error as Error).stack}\n`);
    }
  }
  process.stdout.write(`\n${tableLines(rows).join('\n')}\n`);
  if (json) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);
  return failed || !rows.every(held) ? 1 : 0;
}

function readSettings(args: string[]): { settings: FaultSettings; names: string[]; json: string | undefined } | string {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        scenario: { type: 'string', multiple: true },
        recipients: { type: 'string' },
        workers: { type: 'string', default: '2' },
        kills: { type: 'string' },
        away: { type: 'string' },
        seed: { type: 'string', default: '1' },
        full: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    }));
  } catch (error) {
    return (error as Error).message;
  }
  const names = (values.scenario ?? ['all']).flatMap((name) => (name === 'all' ? Object.keys(scenarios) : [name]));
  const unknown = names.find((name) => !(name in scenarios));
  if (unknown !== undefined) return `There is no scenario "${unknown}".`;
  const numbers = {
    recipients: Number(values.recipients ?? (values.full ? 100_000 : 20_000)),
    workers: Number(values.workers),
    kills: Number(values.kills ?? (values.full ? 10 : 3)),
    away: Number(values.away ?? (values.full ? 60 : 20)),
    seed: Number(values.seed),
  };
  for (const [name, number] of Object.entries(numbers))
    if (!Number.isInteger(number) || number < 1) return `--${name} is to be a whole number of at least 1.`;
  return { settings: { ...numbers, progress: new TerminalProgress() }, names, json: values.json };
}
