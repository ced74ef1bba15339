#!/usr/bin/env node
import { CommanderError } from 'commander';
import { Failure } from './cli/failure.js';
import { createProgram } from './cli/program.js';

/** Exit codes: 0 done; 1 refused or failed; 2 the command line cannot be understood. */
async function main(): Promise<number> {
  try {
    await createProgram().parseAsync(process.argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has printed what is wrong, and the help where that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const failure = Failure.of(error);
    process.stderr.write(`${failure.message}\n`);
    return failure.exitCode;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads has seen enough (`| head`): no failure, unless the command has one to tell or was to wait for an end.
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  process.stderr.write(`Standard output cannot be written: ${error.message}\n`);
  process.exit(1);
});
// Progress that nobody reads is no reason to end what makes it.
process.stderr.on('error', () => undefined);

const code = await main();
// What was written to a pipe may still be on its way.
process.stdout.write('', () => process.exit(code));
