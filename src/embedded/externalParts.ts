import { Connection } from '@temporalio/client';
import pg from 'pg';
import { temporalTarget } from '../temporal/connect.js';
import { PartError } from './partError.js';

const PATIENCE_MS = 10_000;
const OLDEST_POSTGRES = 140_000;

/** @throws PartError when the PostgreSQL of DATABASE_URL does not answer, refuses us, or is too old. */
export async function requireDatabase(url: string): Promise<void> {
  const advice = [
    'Check DATABASE_URL (postgres://user:password@host:5432/database) and that the server runs,',
    'or unset it: npm start then brings a PostgreSQL of its own.',
  ];
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS });
  } catch (error) {
    throw new PartError(`DATABASE_URL cannot be read: ${(error as Error).message}`, advice);
  }
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ number: string }>(`SELECT current_setting('server_version_num') AS number`);
    if (Number(rows[0]?.number) < OLDEST_POSTGRES) {
      throw new PartError('The PostgreSQL of DATABASE_URL is older than version 14.', ['Upgrade it,', advice[1] ?? '']);
    }
  } catch (error) {
    if (error instanceof PartError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new PartError(`The PostgreSQL of DATABASE_URL cannot be used: ${message || code}`, advice);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @throws PartError when the configured Temporal does not answer or does not know the namespace. */
export async function requireTemporal(): Promise<void> {
  const { connectionOptions, namespace } = temporalTarget();
  const address = connectionOptions.address ?? 'localhost:7233';
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ ...connectionOptions, connectTimeout: PATIENCE_MS });
    await connection.withDeadline(Date.now() + PATIENCE_MS, async () => {
      await connection?.workflowService.describeNamespace({ namespace });
    });
  } catch (error) {
    const { code, details, message } = error as { code?: number; details?: string; message: string };
    // gRPC status 5 is NOT_FOUND.
    if (code === 5) {
      throw new PartError(`The Temporal at ${address} has no namespace "${namespace}".`, [
        `Make it:  temporal operator namespace create --address ${address} --namespace ${namespace}`,
        'or set TEMPORAL_NAMESPACE to one that exists.',
      ]);
    }
    throw new PartError(`The Temporal at ${address} does not answer: ${details ?? message}`, [
      'Check TEMPORAL_ADDRESS (host:port), TEMPORAL_API_KEY and TEMPORAL_TLS_*, and that the server runs,',
      'or unset them: npm start then brings a Temporal server of its own.',
    ]);
  } finally {
    await connection?.close();
  }
}
