import { join } from 'node:path';
import { z } from 'zod';
import { storedSecret } from './storedSecret.js';

const flag = (fallback: boolean) =>
  z
    .enum(['0', '1', 'true', 'false', 'yes', 'no'])
    .optional()
    .transform((v) => (v === undefined ? fallback : v === '1' || v === 'true' || v === 'yes'));

const blankIsAbsent = (v: unknown) => (v === '' ? undefined : v);

const environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: z.preprocess(blankIsAbsent, z.coerce.number().int().min(0).max(65535).default(3000)),
  HOST: z.preprocess(blankIsAbsent, z.string().default('127.0.0.1')),
  DATABASE_URL: z.preprocess(blankIsAbsent, z.string().optional()),
  TEMPORAL_UI_URL: z.preprocess(blankIsAbsent, z.string().optional()),
  ONCEMAIL_DATA_DIR: z.preprocess(blankIsAbsent, z.string().default('.oncemail')),
  ONCEMAIL_SECRET_KEY: z.preprocess(blankIsAbsent, z.string().optional()),
  ONCEMAIL_ADMIN_API_KEY: z.preprocess(blankIsAbsent, z.string().optional()),
  ONCEMAIL_PUBLIC_URL: z.preprocess(blankIsAbsent, z.url().optional()),
  ONCEMAIL_ALLOW_PRIVATE_HOSTS: z.preprocess(blankIsAbsent, flag(true).optional()),
  ONCEMAIL_REQUESTS_PER_MINUTE: z.preprocess(
    blankIsAbsent,
    z.coerce.number().int().min(0).max(10_000_000).default(60_000),
  ),
  ONCEMAIL_ATTACHMENTS_MIB: z.preprocess(blankIsAbsent, z.coerce.number().int().min(1).max(100).default(10)),
  ONCEMAIL_UPLOAD_STALL_SECONDS: z.preprocess(blankIsAbsent, z.coerce.number().int().min(1).max(86_400).default(300)),
  ONCEMAIL_LOG_LEVEL: z.preprocess(
    blankIsAbsent,
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ),
});

/** Everything a process reads from its environment, checked once at its start. */
export interface Config {
  production: boolean;
  port: number;
  host: string;
  databaseUrl: string;
  temporalUiUrl: string | undefined;
  dataDir: string;
  /** Key material for stored passwords and signed links. */
  secretKey: string;
  adminApiKey: string | undefined;
  publicUrl: string;
  allowPrivateHosts: boolean;
  /** Most requests of a caller in a minute to one API process; 0: no limit. */
  requestsPerMinute: number;
  /** Most bytes that the attachments of a mail may have together, before they are encoded, and so each of them. */
  attachmentBytes: number;
  /** How long nothing of a file may arrive while it is being uploaded, in milliseconds. */
  uploadStallMs: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** A configuration that cannot be used; the message names each variable and what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the configuration of an API, worker or CLI process. `npm start` fills in what is absent before it starts them.
 * @throws ConfigError naming every variable that is missing or wrong.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((i) => `  ${i.path.join('.')}: ${i.message}`);
    throw new ConfigError(`The environment holds values that cannot be used:\n${lines.join('\n')}`);
  }
  const e = parsed.data;
  const production = e.NODE_ENV === 'production';
  const missing = [
    e.DATABASE_URL ? '' : '  DATABASE_URL: the PostgreSQL connection string (PostgreSQL 14 or later)',
    e.ONCEMAIL_SECRET_KEY || !production
      ? ''
      : '  ONCEMAIL_SECRET_KEY: at least 16 characters, the same for all processes, kept safe',
  ].filter(Boolean);
  if (missing.length > 0) {
    throw new ConfigError(
      `Required variables are not set:\n${missing.join('\n')}\n"npm start" sets up everything itself; README.md lists all variables.`,
    );
  }
  for (const name of ['ONCEMAIL_SECRET_KEY', 'ONCEMAIL_ADMIN_API_KEY'] as const) {
    const value = e[name];
    if (production && value !== undefined && value.length < 16) {
      throw new ConfigError(`${name} is too short for production: use at least 16 random characters.`);
    }
  }
  return {
    production,
    port: e.PORT,
    host: e.HOST,
    databaseUrl: e.DATABASE_URL as string,
    temporalUiUrl: e.TEMPORAL_UI_URL?.replace(/\/+$/, ''),
    dataDir: e.ONCEMAIL_DATA_DIR,
    secretKey: e.ONCEMAIL_SECRET_KEY ?? storedKey(e.ONCEMAIL_DATA_DIR),
    adminApiKey: e.ONCEMAIL_ADMIN_API_KEY,
    publicUrl: (e.ONCEMAIL_PUBLIC_URL ?? `http://${e.HOST}:${e.PORT}`).replace(/\/+$/, ''),
    allowPrivateHosts: e.ONCEMAIL_ALLOW_PRIVATE_HOSTS ?? !production,
    requestsPerMinute: e.ONCEMAIL_REQUESTS_PER_MINUTE,
    attachmentBytes: e.ONCEMAIL_ATTACHMENTS_MIB * 1024 * 1024,
    uploadStallMs: e.ONCEMAIL_UPLOAD_STALL_SECONDS * 1000,
    logLevel: e.ONCEMAIL_LOG_LEVEL,
  };
}

/** Outside production a key is made in the data directory, where `npm start` keeps its own. */
function storedKey(dataDir: string): string {
  const path = join(dataDir, 'secret.key');
  try {
    return storedSecret(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`ONCEMAIL_SECRET_KEY is not set, and ${path} cannot be used: ${reason}`);
  }
}
