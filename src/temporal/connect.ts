import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';

/** Where Temporal is, as `@temporalio/envconfig` reads it: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*, TEMPORAL_CONFIG_FILE. */
export interface TemporalTarget {
  connectionOptions: ConnectionOptions;
  namespace: string;
}

/** Reads the target from the environment (and the file it names). */
export function temporalTarget(): TemporalTarget {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return { connectionOptions, namespace: namespace ?? 'default' };
}

/**
 * A client that connects when it is first used, so a process starts while Temporal is away.
 * The backoff is short: measured, a client needs 16 to 31 s after a server's restart with gRPC's defaults, and 1 to 2 s with these.
 */
export function createTemporalClient(target: TemporalTarget): Client {
  const connection = Connection.lazy({
    ...target.connectionOptions,
    channelArgs: {
      ...target.connectionOptions.channelArgs,
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1000,
    },
  });
  return new Client({ connection, namespace: target.namespace });
}

/** The worker's connection. Rejects when Temporal does not answer; the caller tries again. */
export function connectWorker(target: TemporalTarget): Promise<NativeConnection> {
  const { address, tls, apiKey, metadata } = target.connectionOptions;
  return NativeConnection.connect({
    ...(address ? { address } : {}),
    ...(tls !== undefined ? { tls } : {}),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...(metadata ? { metadata: metadata as Record<string, string> } : {}),
  });
}

/** The Task Queue of all workers: ONCEMAIL_TASK_QUEUE, default `oncemail`. */
export function taskQueue(env: NodeJS.ProcessEnv = process.env): string {
  return env['ONCEMAIL_TASK_QUEUE'] || 'oncemail';
}
