// Runs before anything is installed: Node's own modules only.
import { spawn } from 'node:child_process';

const live = process.stdout.isTTY && process.env.TERM !== 'dumb' && !['1', 'true'].includes(process.env.CI ?? '');
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A task that could not be done; its message is for people and is shown without a stack. */
export class TaskError extends Error {}

/**
 * Shows `title` with the time passed while `work` runs, and leaves a line when it took longer than a moment.
 * Without a terminal it prints a line at the start of what lasts, and one at the end.
 */
export async function task(title, work) {
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  let frame = 0;
  let announced = false;
  const timer = setInterval(
    () => {
      if (live) process.stdout.write(`\r\u001b[K${FRAMES[frame++ % FRAMES.length]} ${title} (${seconds()})`);
      else if (!announced || frame++ % 5 === 4) {
        announced = true;
        process.stdout.write(`… ${title} (${seconds()})\n`);
      }
    },
    live ? 80 : 2000,
  );
  const end = (mark) => {
    clearInterval(timer);
    if (live) process.stdout.write('\r\u001b[K');
    if (mark !== '✔' || Date.now() - startedAt > 500) process.stdout.write(`${mark} ${title} (${seconds()})\n`);
  };
  try {
    const result = await work();
    end('✔');
    return result;
  } catch (error) {
    end('✘');
    throw error;
  }
}

/**
 * Runs a program to its end without standard input. Resolves with what it printed.
 * @throws TaskError with what it printed when it fails.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-200_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => reject(new TaskError(`${command} could not be started: ${error.message}`)));
    // Told to end, this process takes along what it started.
    const end = (signal) => {
      child.kill(signal);
      process.exit(1);
    };
    process.once('SIGTERM', end);
    child.once('close', (code, signal) => {
      process.removeListener('SIGTERM', end);
      if (code === 0) resolve(output);
      else
        reject(new TaskError(`${output.trim()}\n(${[command, ...args].join(' ')}: ${signal ?? `exit code ${code}`})`));
    });
  });
}

/**
 * npm hands a SIGTERM to the shell it runs a script in, and that shell ends without passing it on: when it has gone,
 * this process takes it as told to itself.
 */
function endWithShell() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}

/** Runs a script's main function: a TaskError is printed plainly, anything else with its stack; both end with code 1. */
export async function main(work) {
  endWithShell();
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${error instanceof TaskError ? error.message : (error?.stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
