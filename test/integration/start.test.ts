import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { freePort } from '../../src/embedded/ports.js';
import { copyWorkTree, NpmStart, processesOf } from '../support/npmStart.js';
import { restClient, until } from '../support/restClient.js';

const PROOF = /✔ 1,000 recipients, 1,000 mails received, 0 duplicates, 0 missing/;
const READY = /Oncemail serves at/;
/** The last line of the summary. */
const STOP_HINT = /Ctrl-C stops everything/;

let clone: string;
let port: number;
const started: NpmStart[] = [];

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'oncemail-start-'));
  // As a clone usually is: when the tests run as root, PostgreSQL's own user may enter it.
  chmodSync(clone, 0o755);
  copyWorkTree(clone);
});
afterEach(async () => {
  // What a failed test left must not fail the next one too.
  for (const start of started.splice(0)) await start.killAll();
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

function npmStart(env: NodeJS.ProcessEnv = {}): NpmStart {
  const start = new NpmStart(clone, { PORT: String(port), ...env });
  started.push(start);
  onTestFailed(() => void process.stderr.write(`--- npm start printed:\n${start.output}\n`));
  return start;
}

/** Mails that the catcher of a data directory has accepted. */
function journal(dataDir = '.oncemail'): string[] {
  return readFileSync(join(clone, dataDir, 'mail', 'received.log'), 'utf8')
    .trim()
    .split('\n');
}

/** The URL that the summary names. */
function place(output: string, label: string): string {
  return new RegExp(`${label}\\s+(http\\S+)`).exec(output)?.[1] ?? `no ${label} in the summary`;
}

/** Everything that was started has ended; waits a moment for the kernel to say so. */
async function nothingLeft(): Promise<void> {
  await until(
    () => Promise.resolve(processesOf(clone)),
    (pids) => pids.length === 0,
    5_000,
  );
}

describe('npm start in a clone', () => {
  it('installs, builds, mails its thousand contacts once each, and says where everything is', async () => {
    port = await freePort();
    const start = npmStart();
    await start.printed(STOP_HINT, 400_000);
    expect(start.output).toMatch(PROOF);
    expect(start.output).not.toMatch(/EBADENGINE|npm warn/i);
    expect(start.output).toMatch(/execution: automation\/[0-9a-f-]{36}-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);

    const addresses = new Set(journal().map((line) => line.split('\t')[1]));
    expect(journal()).toHaveLength(1000);
    expect(addresses.size).toBe(1000);
    for (const label of ['API docs', 'This run in Temporal', 'Mails sent']) {
      const page = await fetch(place(start.output, label), { headers: { accept: 'text/html' } });
      expect(page.status, label).toBe(200);
    }
    const key = /\n\s*(om_\S+)\n/.exec(start.output)?.[1];
    const { items } = await restClient(`http://127.0.0.1:${port}`, key).ok<{
      items: { counts: { sent: number; total: number } }[];
    }>('GET', 'runs');
    expect(items.map((run) => run.counts)).toMatchObject([{ sent: 1000, total: 1000 }]);

    start.interrupt();
    await start.exitCode();
    await nothingLeft();
    expect(start.output).not.toMatch(/✘/);
  }, 420_000);

  it('goes on from the state on disk, is ready within 20 seconds, and heeds SIGTERM', async () => {
    const start = npmStart();
    expect(await start.printed(READY, 60_000)).toBeLessThan(20_000);
    await start.printed(STOP_HINT, 60_000);
    expect(start.output).toMatch(PROOF);
    expect(start.output).not.toMatch(/Installing|Compiling|Making the demo|om_/);
    expect(journal()).toHaveLength(1000);
    start.terminate();
    await start.exitCode();
    await nothingLeft();
  });

  it('says what to do when its port or its data directory is taken, and leaves the other one alone', async () => {
    const first = npmStart();
    await first.printed(STOP_HINT, 60_000);

    const samePort = npmStart({ ONCEMAIL_DATA_DIR: 'elsewhere' });
    expect(await samePort.exitCode()).toBe(1);
    expect(samePort.output).toContain(`Port ${port} on 127.0.0.1 is in use by another program.`);
    expect(samePort.output).toMatch(/PORT=\d+ npm start/);

    const sameData = npmStart({ PORT: String(await freePort()) });
    expect(await sameData.exitCode()).toBe(1);
    expect(sameData.output).toMatch(/Oncemail already runs with the data directory .*\.oncemail \(process \d+\)/);

    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    first.interrupt();
    await first.exitCode();
    await nothingLeft();
  });

  it('starts again after kill -9 of all its processes in the middle of a run, and nobody is mailed twice or left out', async () => {
    const env = { ONCEMAIL_DATA_DIR: 'killed' };
    const first = npmStart(env);
    const keyFile = join(clone, 'killed', 'admin-api-key');
    await until(() => Promise.resolve(existsSync(keyFile)), Boolean);
    const client = restClient(`http://127.0.0.1:${port}`, readFileSync(keyFile, 'utf8').trim());
    interface Run {
      id: string;
      status: string;
      counts: Record<'total' | 'sent' | 'pending' | 'sending' | 'uncertain', number>;
    }
    const runs = async () => {
      try {
        return (await client.ok<{ items: Run[] }>('GET', 'runs')).items[0];
      } catch (error) {
        // The API is not up yet, or waits for PostgreSQL.
        if (error instanceof TypeError || (error instanceof Error && error.message.includes('answered 503')))
          return undefined;
        throw error;
      }
    };
    await until(runs, (run) => run !== undefined && run.counts.sent >= 50, 60_000);
    await first.killAll();
    const before = journal('killed').length;
    expect(before).toBeLessThan(1000);

    const second = npmStart(env);
    await second.printed(STOP_HINT, 150_000);
    expect(second.output).toMatch(/1,000 recipients, [\d,]+ mails received, 0 duplicates, 0 missing/);
    const run = (await runs()) as Run;
    expect(run.status).toBe('completed');
    expect(run.counts.sent + run.counts.uncertain).toBe(1000);
    // Those in flight at the kill: accepted or not, nobody knows, and each one is listed.
    const { items } = await client.ok<{ items: { email: string }[] }>(
      'GET',
      `runs/${run.id}/deliveries?state=uncertain`,
    );
    expect(items).toHaveLength(run.counts.uncertain);
    const received = new Set(journal('killed').map((line) => line.split('\t')[1]));
    expect(received.size).toBe(journal('killed').length);
    const accounted = new Set([...received, ...items.map((delivery) => delivery.email)]);
    expect(accounted.size).toBe(1000);

    second.interrupt();
    await second.exitCode();
    await nothingLeft();
  });

  it('refuses a data directory that it cannot write to', async () => {
    // Permissions do not stop root, which tests may run as; a file in its place stops everybody.
    writeFileSync(join(clone, 'occupied'), '');
    const start = npmStart({ ONCEMAIL_DATA_DIR: 'occupied' });
    expect(await start.exitCode()).toBe(1);
    expect(start.output).toMatch(/The data directory .*occupied is a file\./);
    await nothingLeft();
  });

  it('says how to get a Temporal server when there is none and none can be had', async () => {
    const nowhere = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(nowhere, 'listening');
    const proxy = `http://127.0.0.1:${(nowhere.address() as { port: number }).port}`;
    const cache = join(clone, 'empty-cache');
    const start = npmStart({
      ONCEMAIL_DATA_DIR: 'no-temporal',
      XDG_CACHE_HOME: cache,
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      GOPROXY: 'off',
      GOFLAGS: '-mod=mod',
    });
    const path = process.env['PATH'] ?? '';
    const onPath = path.split(':').some((directory) => existsSync(join(directory, 'temporal')));
    if (onPath) {
      await start.printed(STOP_HINT, 60_000);
      start.interrupt();
      await start.exitCode();
    } else {
      expect(await start.exitCode()).toBe(1);
      expect(start.output).toMatch(/The Temporal development server is not on this machine, and getting it failed:/);
      expect(start.output).toMatch(/TEMPORAL_ADDRESS=host:7233 npm start/);
      expect(readdirSync(join(cache, 'oncemail', 'temporal-1.5.1'))).toEqual([]);
    }
    nowhere.close();
    await nothingLeft();
  });
});
