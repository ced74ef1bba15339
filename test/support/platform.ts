import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type {} from './platformSetup.js';

/** What runs once for all tests (platformSetup.ts). */
export interface SharedPlatform {
  databaseUrl: string;
  temporalAddress: string;
  temporalUiUrl: string;
  temporalBinary: string;
  namespaces: string[];
  directory: string;
}

/** A database and a Temporal namespace that nobody else uses. */
export interface Platform {
  /** A fresh, empty database. `migrated: true` in the options applies the migrations. */
  databaseUrl: string;
  temporalAddress: string;
  temporalUiUrl: string;
  /** A fresh namespace with Oncemail's search attributes. */
  namespace: string;
  /** Path of the `temporal` program. */
  temporalBinary: string;
  /** An admin key that processes started with `env` accept. */
  adminApiKey: string;
  /** Environment for API, worker and CLI processes of this platform. */
  env: NodeJS.ProcessEnv;
  /** Drops the database. Processes that use it are to be ended first. */
  close(): Promise<void>;
}

export interface PlatformOptions {
  /** Apply the migrations. Default true. */
  migrated?: boolean;
}

/**
 * Makes a database of its own on the PostgreSQL of this test run and takes one of the Temporal server's unused
 * namespaces. Safe to call from many test files at once.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const shared = inject('platform');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(shared, `CREATE DATABASE ${name}`);
  const url = new URL(shared.databaseUrl);
  url.pathname = `/${name}`;
  const databaseUrl = url.href;
  if (options.migrated ?? true) {
    const { openDatabase } = await import('../../src/ledger/database.js');
    const { migrate } = await import('../../src/ledger/migrate.js');
    const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
    try {
      await migrate(database);
    } finally {
      await database.close();
    }
  }
  const namespace = takeNamespace(shared);
  const adminApiKey = `test-${randomBytes(16).toString('hex')}`;
  return {
    databaseUrl,
    temporalAddress: shared.temporalAddress,
    temporalUiUrl: shared.temporalUiUrl,
    namespace,
    temporalBinary: shared.temporalBinary,
    adminApiKey,
    env: {
      ...inherited(),
      NODE_ENV: 'test',
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: shared.temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_UI_URL: shared.temporalUiUrl,
      ONCEMAIL_SECRET_KEY: 'a-secret-key-for-tests-only-0123456789',
      ONCEMAIL_ADMIN_API_KEY: adminApiKey,
      ONCEMAIL_DATA_DIR: join(shared.directory, name),
      HOST: '127.0.0.1',
      PORT: '0',
    },
    close: () => administer(shared, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function administer(shared: SharedPlatform, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: shared.databaseUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function takeNamespace(shared: SharedPlatform): string {
  for (const name of shared.namespaces) {
    try {
      // Making a directory succeeds for one of all the processes that run tests.
      mkdirSync(join(shared.directory, 'taken', name));
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new Error(
    `All ${shared.namespaces.length} namespaces are taken: raise NAMESPACES in test/support/platformSetup.ts.`,
  );
}

/** The environment without what would point a process at the developer's own database, Temporal or settings. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ONCEMAIL_|TEMPORAL_|DATABASE_URL$|PORT$|HOST$|VITEST|NODE_OPTIONS$|PG)/.test(name),
    ),
  );
}
