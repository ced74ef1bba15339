import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Child } from './childProcess.js';
import { LogFile } from './logFile.js';
import { preferredPort } from './ports.js';

/** What the catcher's process is told. */
export interface CatcherSettings {
  smtpPort: number;
  webPort: number;
  mailDirectory: string;
  /** One line a recipient of each accepted mail: time, address, Message-ID. */
  journal: string;
  /** So many of the latest mails are kept to look at. */
  keep: number;
}

/** A mail server on loopback that delivers nothing and shows what it got. */
export interface MailCatcher {
  readonly smtpPort: number;
  readonly webUrl: string;
  readonly child: Child;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What the catcher got of one run. */
export interface Received {
  /** Mails per recipient address (lower case). */
  perAddress: Map<string, number>;
  mails: number;
}

/** Enough to look around in; each is held in memory with its bodies. */
const KEPT_MAILS = 1000;

/**
 * Starts the mail catcher (maildev) with its state in `<dataDir>/mail`. Its memory is bounded: it keeps the latest 1,000
 * mails to look at and notes all of them in a journal on disk.
 */
export async function startMailCatcher(options: {
  dataDir: string;
  logPath: string;
  runDir: string;
}): Promise<MailCatcher> {
  const log = new LogFile(options.logPath);
  const settings: CatcherSettings = {
    smtpPort: await preferredPort(1025),
    webPort: await preferredPort(1080),
    mailDirectory: join(options.dataDir, 'mail', 'messages'),
    journal: journalPath(options.dataDir),
    keep: KEPT_MAILS,
  };
  const webUrl = `http://127.0.0.1:${settings.webPort}`;
  const start = async () => {
    const child = new Child({
      name: 'mail-catcher',
      command: process.execPath,
      args: [fileURLToPath(new URL('./mailCatcherProcess.js', import.meta.url)), JSON.stringify(settings)],
      log,
      runDir: options.runDir,
      ipc: true,
      stopTimeoutMs: 5_000,
    });
    try {
      await child.message((m) => ((m as { type?: string }).type === 'ready' ? true : undefined), 60_000);
      const health = await fetch(`${webUrl}/api/healthz`);
      if (!health.ok) throw new Error(`The mail catcher's web page answers ${health.status}.`);
      return child;
    } catch (error) {
      await child.stop();
      throw error;
    }
  };
  let child = await start();
  return {
    smtpPort: settings.smtpPort,
    webUrl,
    get child() {
      return child;
    },
    restart: async () => {
      await child.stop();
      child = await start();
    },
    stop: async () => {
      await child.stop();
      log.close();
    },
  };
}

function journalPath(dataDir: string): string {
  return join(dataDir, 'mail', 'received.log');
}

/** Reads from the catcher's journal what it got of a run; Message-IDs begin with the run's ID (src/domain/ids.ts). */
export async function receivedOfRun(dataDir: string, runId: string): Promise<Received> {
  const received: Received = { perAddress: new Map(), mails: 0 };
  for (const path of [`${journalPath(dataDir)}.1`, journalPath(dataDir)]) {
    if (!existsSync(path)) continue;
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const [, address, messageId] = line.split('\t');
      if (!address || !messageId?.startsWith(`<${runId}.`)) continue;
      const key = address.toLowerCase();
      received.perAddress.set(key, (received.perAddress.get(key) ?? 0) + 1);
      received.mails++;
    }
  }
  return received;
}
