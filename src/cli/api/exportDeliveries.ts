import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dataOf, type ApiClient, type Schema } from '../../client/client.js';
import { Failure } from '../failure.js';
import { onInterrupt } from '../interrupt.js';
import { patiently } from './context.js';

/**
 * Writes the deliveries of a run to a file or to standard output, in constant memory: the CSV as the API makes it, or one JSON object a line. A file
 * appears under its name when it is whole.
 */
export async function exportDeliveries(
  client: ApiClient,
  runId: string,
  options: { state?: string; output?: string; json?: boolean },
): Promise<void> {
  const query = options.state === undefined ? {} : { state: options.state };
  const path = { id: runId };
  let source: Readable;
  if (options.json) source = Readable.from(jsonLines(client, runId, query));
  else {
    const csv = await patiently(() =>
      dataOf<unknown>(
        client.GET('/api/v1/runs/{id}/deliveries.csv', {
          params: { path, query },
          headers: { Accept: 'text/csv' },
          parseAs: 'stream',
        }),
      ),
    );
    source = Readable.fromWeb(csv as Parameters<typeof Readable.fromWeb>[0]);
  }
  if (options.output === undefined) {
    await pipeline(source, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
      // Whoever reads has seen enough (`| head`).
      if (error.code !== 'EPIPE') throw error;
    });
    return;
  }
  const unfinished = `${options.output}.${randomUUID().slice(0, 8)}.part`;
  const takeBack = onInterrupt(() => rmSync(unfinished, { force: true }));
  try {
    await pipeline(source, createWriteStream(unfinished, { flags: 'wx' }));
    await rename(unfinished, options.output);
  } catch (error) {
    await rm(unfinished, { force: true });
    if ((error as NodeJS.ErrnoException).syscall) {
      throw new Failure(`${options.output} cannot be written: ${(error as Error).message}`, 1, { cause: error });
    }
    throw error;
  } finally {
    takeBack();
  }
}

async function* jsonLines(client: ApiClient, id: string, query: { state?: string }): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const page: Schema<'DeliveryPage'> = await patiently(() =>
      dataOf(
        client.GET('/api/v1/runs/{id}/deliveries', {
          params: { path: { id }, query: { ...query, limit: 200, ...(cursor ? { cursor } : {}) } },
        }),
      ),
    );
    yield page.items.map((d) => `${JSON.stringify(d)}\n`).join('');
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
