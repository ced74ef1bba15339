import { availableParallelism } from 'node:os';
import { PartError } from './partError.js';

/** What `npm start` reads from the environment beyond src/config.ts. */
export interface StartSettings {
  port: number;
  host: string;
  dataDir: string;
  /** Given: no embedded PostgreSQL. */
  databaseUrl: string | undefined;
  /** Given, or configured by a file: no embedded Temporal. */
  externalTemporal: boolean;
  temporalAddress: string | undefined;
  workers: number;
  demo: boolean;
  /** Address under which people on this machine reach the API. */
  url: string;
}

/** @throws PartError naming a variable whose value cannot be used. */
export function readStartSettings(env: NodeJS.ProcessEnv = process.env): StartSettings {
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new PartError(`${name}=${text} cannot be used: it has to be a whole number from ${least} to ${most}.`);
  };
  const host = env['HOST'] || '127.0.0.1';
  const port = number('PORT', 3000, 1, 65_535);
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    port,
    host,
    dataDir: env['ONCEMAIL_DATA_DIR'] || '.oncemail',
    databaseUrl: env['DATABASE_URL'] || undefined,
    temporalAddress: env['TEMPORAL_ADDRESS'] || undefined,
    externalTemporal: Boolean(env['TEMPORAL_ADDRESS'] || env['TEMPORAL_CONFIG_FILE'] || env['TEMPORAL_PROFILE']),
    workers: number('ONCEMAIL_WORKERS', availableParallelism(), 0, 100),
    demo: !['0', 'false', 'no'].includes((env['ONCEMAIL_DEMO'] ?? '').toLowerCase()),
    url: `http://${shown}:${port}`,
  };
}
