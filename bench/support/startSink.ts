import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from '../../src/embedded/childProcess.js';
import { startScript } from '../../test/support/stage.js';
import type { SinkRecord } from './sink.js';

export interface SinkOptions {
  /** Each packet arrives so much later. */
  latency: number;
  tls: boolean;
  auth: boolean;
}

/** The mail server that takes everything, as a process of its own. */
export interface Sink {
  readonly child: Child;
  readonly port: number;
  /** Where it is, for a client: by name where the certificate has to match. */
  readonly target: { host: string; port: number };
  readonly credentials: { user: string; pass: string } | undefined;
  /** For the environment of processes that connect: how they trust its certificate. */
  readonly trust: NodeJS.ProcessEnv;
  /** Forgets what it received. */
  clear(): void;
  record(): Promise<SinkRecord>;
}

/** Starts bench/support/sink.ts; with TLS this process trusts its certificate from then on, and so do its children. */
export async function startSink(options: SinkOptions, directory: string): Promise<Sink> {
  const credentials = options.auth ? { user: 'bench', pass: 'a-password' } : undefined;
  const child = startScript(
    'sink',
    'bench/support/sink.ts',
    {
      latencyMs: options.latency,
      security: options.tls ? 'tls' : 'none',
      ...(credentials ? { auth: credentials } : {}),
    },
    directory,
  );
  const ready = await child.message(
    (m) => ((m as { type: string }).type === 'ready' ? (m as { port: number; certificate?: string }) : undefined),
    60_000,
  );
  const trust: NodeJS.ProcessEnv = {};
  if (ready.certificate) {
    const path = join(directory, 'sink.pem');
    writeFileSync(path, ready.certificate);
    trust['NODE_EXTRA_CA_CERTS'] = path;
    Object.assign(process.env, trust);
  }
  const waiting: ((record: SinkRecord) => void)[] = [];
  child.onMessage((m) => {
    if ((m as SinkRecord).type === 'record') waiting.shift()?.(m as SinkRecord);
  });
  return {
    child,
    port: ready.port,
    target: { host: options.tls ? 'localhost' : '127.0.0.1', port: ready.port },
    credentials,
    trust,
    clear: () => child.send({ type: 'clear' }),
    record: () =>
      child.orEnded(
        new Promise((resolve) => {
          waiting.push(resolve);
          child.send({ type: 'record' });
        }),
        60_000,
      ),
  };
}
