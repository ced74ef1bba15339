import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TerminalProgress } from '../../src/embedded/progress.js';
import { startSmtpServer } from '../support/smtpServer.js';
import { leaveNoChildren, startStage, temporaryDirectory } from '../support/stage.js';
import { fuzz, NoSchemathesis, schemathesisProgram } from './schemathesis.js';
import { keysOfRoles, requestsAnswered, seedResources } from './seed.js';

const usage = `npm run fuzz-api -- [options]
  --requests N     at least so many requests in all (5000)
  --role ROLE      viewer, operator or admin (all three, the least first)
  --examples N     most requests made up for each operation and phase, to begin with (10)
  --operation ID   only this operation; several times for several
  --seed S         everything random but IDs follows from it (1)
  --log FILE       where what schemathesis says goes, whole`;

/**
 * Starts PostgreSQL, Temporal, the API, a worker and a mail server, gives them some of everything, and lets schemathesis make up requests as each role
 * until enough have been made. Answers the exit code: 1 when anything failed.
 */
export async function main(args: string[]): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        requests: { type: 'string', default: '5000' },
        role: { type: 'string' },
        examples: { type: 'string', default: '10' },
        operation: { type: 'string', multiple: true },
        seed: { type: 'string', default: '1' },
        log: { type: 'string' },
      },
    }));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    return 2;
  }
  const [wanted, examples, firstSeed] = [values.requests, values.examples, values.seed].map(Number) as [
    number,
    number,
    number,
  ];
  if (![wanted, examples, firstSeed].every((n) => Number.isInteger(n) && n > 0)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }

  leaveNoChildren();
  const progress = new TerminalProgress();
  let program;
  try {
    program = await schemathesisProgram();
  } catch (error) {
    if (!(error instanceof NoSchemathesis)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const smtp = await startSmtpServer({ keepRaw: false });
  const stage = await startStage({
    directory: temporaryDirectory('oncemail-fuzz-'),
    workers: 1,
    progress,
    postgresSettings: { fsync: 'off' },
    env: { ONCEMAIL_REQUESTS_PER_MINUTE: '0', ONCEMAIL_LOG_LEVEL: 'warn' },
  });
  let passed = true;
  let requests = 0;
  let whole = '';
  try {
    const { client } = stage;
    await seedResources(client, smtp.port);
    const adminKey = (client.headers['authorization'] as string).slice('Bearer '.length);
    const roles = (await keysOfRoles(client, adminKey)).filter(([role]) => !values.role || role === values.role);
    const first = await requestsAnswered(client.url);
    for (let round = 0; round === 0 || (passed && requests < wanted); round++) {
      for (const [role, key] of roles) {
        const before = await requestsAnswered(client.url);
        const seed = firstSeed + round;
        process.stdout.write(`\nAs ${role}, seed ${seed}:\n`);
        const result = await fuzz(program, {
          url: client.url,
          key,
          examples: examples * 2 ** round,
          seed,
          ...(values.operation ? { operations: values.operation } : {}),
        });
        requests = (await requestsAnswered(client.url)) - first;
        const made = requests + first - before;
        whole += result.output;
        passed &&= result.passed;
        process.stdout.write(
          result.passed ? `  ${made} requests, no failure\n` : `${result.output}\n  ${made} requests\n`,
        );
      }
    }
  } finally {
    if (values.log) writeFileSync(values.log, whole);
    await stage.close();
    await smtp.close();
  }
  process.stdout.write(`\n${requests} requests in all: ${passed ? 'no failure' : 'FAILED'}\n`);
  return passed ? 0 : 1;
}
