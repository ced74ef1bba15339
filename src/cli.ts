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

function outputFailed(error: NodeJS.ErrnoException): never {
  // Whoever reads has seen enough (`| head`): no failure, unless the command has one to tell or was to wait for an end.
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  process.stderr.write(`Standard output cannot be written: ${error.message}\n`);
  process.exit(1);
}

process.stdout.on('error', outputFailed);
// Progress that nobody reads is no reason to end what makes it.
process.stderr.on('error', () => undefined);

const code = await main();
process.exitCode = code;
// What was written to a pipe may still be on its way, and what became of it is known here before the event tells.
process.stdout.write('', () => {
  if (process.stdout.errored) outputFailed(process.stdout.errored);
  process.exit();
});
