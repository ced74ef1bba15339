import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { dataOf, problemOf, ProblemError, type ApiClient, type Schema } from '../../client/client.js';
import { Failure } from '../failure.js';
import { onInterrupt } from '../interrupt.js';
import {
  apiCommand,
  clientOf,
  idempotencyOption,
  idOf,
  newKey,
  pages,
  patiently,
  wholeNumber,
  type ApiOptions,
} from './context.js';
import { bar, plain, printJson, printMore, printTable, StatusLine, time } from './output.js';

type Import = Schema<'Import'>;

/** `lists list|import`. */
export function addLists(program: Command): void {
  const lists = program.command('lists').description('see lists and import contacts into them');

  apiCommand(lists, 'list', 'list the lists of contacts')
    .option('--search <text>', 'whose name contains this')
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .action(async (options: ApiOptions & { search?: string; limit: number }) => {
      const client = clientOf(options);
      const query = { sort: 'name' as const, ...(options.search ? { search: options.search } : {}) };
      const found = await pages<Schema<'List'>>(options.limit, (limit, cursor) =>
        dataOf(client.GET('/api/v1/lists', { params: { query: { ...query, limit, ...(cursor ? { cursor } : {}) } } })),
      );
      if (options.json) return printJson(found);
      printTable(
        ['ID', 'NAME', 'CONTACTS', 'GEOGRAPHY', 'ISP', 'CHANGED'],
        found.items.map((l) => [l.id, l.name, l.contacts, l.geography, l.isp, time(l.updatedAt)]),
      );
      printMore(found.nextCursor);
    });

  apiCommand(lists, 'import', 'import contacts into a list: CSV with a header, or one address a line')
    .argument('<list>', 'its ID or name')
    .argument('<file>', 'the file, or - for standard input')
    .option(
      '--ignore <columns>',
      'columns that are not imported, as the header has them, with commas between them; may be repeated',
      (columns: string, before: string[]) => [...before, columns],
      [],
    )
    .addOption(idempotencyOption())
    .action(
      async (named: string, file: string, options: ApiOptions & { ignore: string[]; idempotencyKey?: string }) => {
        const client = clientOf(options);
        const size = file === '-' ? undefined : await sizeOf(file);
        const id = await idOf('list', named, (search, limit, cursor) =>
          dataOf(client.GET('/api/v1/lists', { params: { query: { search, limit, ...(cursor ? { cursor } : {}) } } })),
        );
        const status = new StatusLine(process.stderr);
        const quiet = options.json === true && !process.stderr.isTTY;
        const show = (text: string) => void (quiet || status.show(text));
        const begun = await upload(options, id, { file, size }, options.idempotencyKey ?? newKey(), show);
        const takeBack = onInterrupt(() => {
          status.end();
          process.stderr.write(`The import goes on: GET /api/v1/imports/${begun.id}\n`);
        });
        const done = await untilApplied(client, begun, show).finally(() => {
          takeBack();
          status.end();
        });
        if (done.status === 'failed') process.exitCode = 1;
        if (options.json) printJson(done);
        else report(done);
      },
    );
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: Error) => {
    throw new Failure(`${file} cannot be read: ${error.message}`, 1, { cause: error });
  });
  if (!found.isFile()) throw new Failure(`${file} is not a file.`);
  return found.size;
}

/** Streams the file to the API. It is not tried again by itself: standard input is gone then. */
async function upload(
  options: ApiOptions & { ignore: string[] },
  listId: string,
  { file, size }: { file: string; size: number | undefined },
  key: string,
  show: (text: string) => void,
): Promise<Import> {
  let sent = 0;
  const counting = new Transform({
    transform(piece: Buffer, _, done) {
      sent += piece.length;
      show(
        size === undefined
          ? `${megabytes(sent)} sent`
          : `${bar(size === 0 ? 1 : sent / size)}  ${megabytes(sent)} of ${megabytes(size)} sent`,
      );
      done(null, piece);
    },
  });
  const source: Readable = file === '-' ? process.stdin : createReadStream(file);
  let unreadable: Error | undefined;
  source.on('error', (error) => {
    unreadable = error;
    counting.destroy(error);
  });
  let response: Response;
  try {
    response = await fetch(`${options.url}/api/v1/lists/${listId}/import${ignoring(options.ignore)}`, {
      method: 'POST',
      headers: {
        Accept: 'application/json, application/problem+json',
        'Content-Type': /\.txt$/i.test(file) ? 'text/plain' : 'text/csv',
        'Idempotency-Key': key,
        ...(size === undefined ? {} : { 'Content-Length': String(size) }),
        ...(options.apiKey ? { Authorization: `Bearer ${options.apiKey}` } : {}),
      },
      body: Readable.toWeb(source.pipe(counting)) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
  } catch (error) {
    source.destroy();
    if (unreadable) {
      const why = `${file} cannot be read: ${unreadable.message}. Nothing was imported.`;
      throw new Failure(why, 1, { cause: unreadable });
    }
    const detail = `The upload ended after ${megabytes(sent)}. Nothing was imported; send the file again.`;
    throw new ProblemError(
      { type: 'network', status: 0, title: 'The server cannot be reached', detail },
      undefined,
      error,
    );
  }
  source.destroy();
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Import;
}

/** The columns that are left out, as a query. */
function ignoring(columns: readonly string[]): string {
  return columns.length === 0 ? '' : `?${new URLSearchParams({ ignore: columns.join(',') }).toString()}`;
}

async function untilApplied(client: ApiClient, begun: Import, show: (text: string) => void): Promise<Import> {
  let now = begun;
  while (now.status === 'queued' || now.status === 'running') {
    show(`${now.rows} rows arrived, being applied`);
    await delay(500);
    now = await patiently(() => dataOf(client.GET('/api/v1/imports/{id}', { params: { path: { id: begun.id } } })));
  }
  return now;
}

function report(done: Import): void {
  if (done.status === 'failed') {
    process.stderr.write(`The import failed, and nothing was applied: ${plain(done.error)}\n`);
    return;
  }
  process.stdout.write(`${done.rows} rows: ${done.added} added, ${done.updated} updated, ${done.rejected} rejected\n`);
  for (const { line, reason, value } of done.errors) {
    process.stdout.write(`  line ${line}: ${plain(reason)} (${plain(value)})\n`);
  }
  if (done.rejected > done.errors.length) {
    process.stdout.write(`  all of them: GET /api/v1/imports/${done.id}/rejected.csv\n`);
  }
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
