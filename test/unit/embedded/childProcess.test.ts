import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child, ChildEndedError, endLeftovers } from '../../../src/embedded/childProcess.js';
import { LogFile } from '../../../src/embedded/logFile.js';
import { isSameProcess, processIdentity } from '../../../src/embedded/processIdentity.js';

let directory: string;
let run: string;
const children: Child[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oncemail-child-'));
  run = join(directory, 'run');
  mkdirSync(run);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.signal('SIGKILL');
    await child.exited;
  }
  rmSync(directory, { recursive: true });
});

/** A child that runs a script and says 'ready' once its first lines have run. */
async function node(name: string, script: string, options: Partial<ConstructorParameters<typeof Child>[0]> = {}) {
  const child = new Child({
    name,
    command: process.execPath,
    args: ['-e', `${script}; process.send('ready'); setInterval(() => {}, 1000)`],
    log: new LogFile(join(directory, `${name}.log`)),
    runDir: run,
    ipc: true,
    ...options,
  });
  children.push(child);
  await child.message((m) => (m === 'ready' ? true : undefined), 20_000);
  return child;
}

describe('a child', () => {
  it('leads a process group of its own, so that Ctrl-C does not reach it', async () => {
    const child = await node('group', '');
    // Signal 0 to the negative pid tests whether a process group of that number exists.
    expect(process.kill(-child.pid, 0)).toBe(true);
  });

  it('ends politely, and its pid file goes with it', async () => {
    const child = await node('polite', `process.on('SIGTERM', () => process.exit(7))`);
    expect(existsSync(join(run, 'polite.pid'))).toBe(true);
    expect(await child.stop()).toEqual({ code: 7, signal: null });
    expect(existsSync(join(run, 'polite.pid'))).toBe(false);
    expect(Child.running.has(child)).toBe(false);
  });

  it('ends by force when it does not heed the signal', async () => {
    const child = await node('stubborn', `process.on('SIGTERM', () => {})`, { stopTimeoutMs: 100 });
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('that ends while it is waited for says why, with its last lines', async () => {
    const child = new Child({
      name: 'failing',
      command: process.execPath,
      args: ['-e', `console.error('no space left'); process.exit(3)`],
      log: new LogFile(join(directory, 'failing.log')),
      ipc: true,
    });
    const failure = await child.message(() => undefined, 20_000).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ChildEndedError);
    expect((failure as Error).message).toMatch(/failing ended with exit code 3[^]*no space left/);
  });

  it('whose program does not exist says so', async () => {
    const child = new Child({
      name: 'absent',
      command: join(directory, 'no-such-program'),
      args: [],
      log: new LogFile(join(directory, 'absent.log')),
    });
    expect((await child.exited).error?.message).toMatch(/ENOENT/);
    expect(Child.running.has(child)).toBe(false);
  });
});

describe('what a killed start left running', () => {
  it('is ended, users before what they use, and other processes of the same pid are left alone', async () => {
    const script = (name: string) =>
      `process.on('SIGTERM', () => { require('fs').appendFileSync(${JSON.stringify(join(directory, 'order'))}, '${name} '); process.exit() });` +
      `process.on('SIGINT', () => { require('fs').appendFileSync(${JSON.stringify(join(directory, 'order'))}, '${name} '); process.exit() })`;
    for (const name of ['postgres', 'temporal', 'worker-1', 'mail-catcher']) await node(name, script(name));
    const bystander = spawn('sleep', ['60']);
    writeFileSync(
      join(run, 'worker-2.pid'),
      JSON.stringify({ pid: bystander.pid, identity: 'of another life', name: 'worker-2' }),
    );
    writeFileSync(join(run, 'worker-3.pid'), '{"pid":');
    const found: string[] = [];
    await endLeftovers(run, (names) => found.push(...names));
    expect(found.sort()).toEqual(['mail-catcher', 'postgres', 'temporal', 'worker-1']);
    expect(readFileSync(join(directory, 'order'), 'utf8')).toBe('worker-1 mail-catcher temporal postgres ');
    expect(processIdentity(bystander.pid as number)).toBeDefined();
    expect(existsSync(join(run, 'worker-2.pid'))).toBe(false);
    bystander.kill('SIGKILL');
  });

  it('a process identity ends with the process, before its parent has reaped it', async () => {
    const child = await node('mortal', '');
    const identity = processIdentity(child.pid) as string;
    expect(isSameProcess(child.pid, identity)).toBe(true);
    child.signal('SIGKILL');
    await child.exited;
    expect(isSameProcess(child.pid, identity)).toBe(false);
  });
});
