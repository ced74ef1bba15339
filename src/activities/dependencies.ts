import type { Client } from '@temporalio/client';
import type { Database } from '../ledger/database.js';
import type { SecretBox } from '../mail/secrets.js';

/** Says that this process is stopping: activities finish what they hold and take nothing more. */
export interface Drain {
  readonly draining: boolean;
}

/** The part of a pino logger that activities use. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What activities need; injected when the worker is assembled, so a test can assemble its own. */
export interface ActivityDependencies {
  database: Database;
  secretBox: SecretBox;
  temporal: Client;
  taskQueue: string;
  drain: Drain;
  log: Log;
  /** Base of unsubscribe links, without a trailing slash. */
  publicUrl: string;
  secretKey: string;
  /** Whether senders and webhooks may connect to loopback and private addresses. */
  allowPrivateHosts: boolean;
}
