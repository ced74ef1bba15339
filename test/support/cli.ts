import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface CliResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `node dist/cli.js` to its end. `input` is what it reads from a pipe; `onStdout` may send it a signal; with `unread` nobody reads its standard output,
 * as after `| head` has ended.
 */
export function cli(
  args: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    input?: string;
    onStdout?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
    unread?: boolean;
  } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, ['--enable-source-maps', join('dist', 'cli.js'), ...args], {
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.onStdout?.(text, (signal) => void child.kill(signal));
  });
  if (options.unread) child.stdout.destroy();
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
