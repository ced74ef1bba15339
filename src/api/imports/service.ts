import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { UnreadableFile } from '../../domain/csv/layout.js';
import { csvLine } from '../../domain/csv/write.js';
import { Stalled } from '../../ledger/arriving.js';
import type { Database } from '../../ledger/database.js';
import { abandonReceiving } from '../../ledger/imports/failImport.js';
import { mergeImport } from '../../ledger/imports/mergeImport.js';
import { readImport, rejectedRows } from '../../ledger/imports/readImport.js';
import { FileBrokenOff, FileTooLarge, ImportFailed, receiveImport } from '../../ledger/imports/receiveImport.js';
import { ImportAbandoned } from '../../ledger/imports/stageRows.js';
import { ListGone } from '../../ledger/lists/shareList.js';
import { keyBusy, type Making } from '../common/idempotency.js';
import { paginate, type Page } from '../common/pagination.js';
import { notFound, Problem } from '../common/problems.js';
import { CONFIG, DATABASE, LOGGER } from '../common/tokens.js';
import { openFileBody, uploadStalled } from './fileBody.js';
import { presentImport, type ImportView } from './schemas.js';

/** How long the answer waits for the merge: small imports are completed in it. In milliseconds. */
const patienceMs = 2_000;

const sorts = { createdAt: { columns: [{ column: 'imports.id', kind: 'uuid' }] } } as const;

@Injectable()
export class ImportsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async get(id: string): Promise<ImportView> {
    const record = await readImport(this.database, id);
    if (!record) throw notFound('import', id);
    return presentImport(record);
  }

  async list(query: {
    limit: number;
    cursor?: string | undefined;
    sort: 'createdAt' | '-createdAt';
    listId?: string | undefined;
  }): Promise<Page<ImportView>> {
    const { listId, ...page } = query;
    let q = this.database.db.selectFrom('imports').select('imports.id');
    if (listId) q = q.where('imports.list_id', '=', listId);
    const { rows, nextCursor } = await paginate(q, { list: 'imports', filters: { listId }, sorts, ...page });
    const items = await Promise.all(rows.map(({ id }) => this.get(id)));
    return { items, nextCursor };
  }

  /** The rejected rows as CSV. @throws Problem 404 before the first line. */
  async rejectedCsv(id: string): Promise<AsyncIterable<string>> {
    await this.get(id);
    return rejectedLines(this.database, id);
  }

  /**
   * Receives the file of a request and applies it. Resolves when it is applied, or two seconds after it has arrived: the merge then goes on here,
   * and anywhere else should this process end.
   * @param ignore columns that are not imported.
   * @throws Problem when the file cannot be read, is too large, broke off or stalls; nothing is applied then.
   */
  async receive(
    listId: string,
    request: FastifyRequest,
    making: Making,
    ignore: readonly string[] | undefined,
  ): Promise<ImportView> {
    let { id } = making;
    if (making.again) {
      const before = await this.begunBefore(id);
      if (before && before.status !== 'failed') {
        request.raw.resume();
        return before;
      }
      if (before) id = await making.anew();
    }
    const list = await this.database.db
      .selectFrom('lists')
      .select('id')
      .where('id', '=', listId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!list) {
      request.raw.resume();
      throw notFound('list', listId);
    }
    const { uploadStallMs: stallMs } = this.config;
    const file = await openFileBody(request, stallMs);
    let importId: string;
    try {
      const { fileName, stream: body } = file;
      importId = await receiveImport(this.database, { id, listId, fileName, body, ignore }, { stallMs });
    } catch (error) {
      file.discard();
      throw problemOf(error, listId);
    }
    await this.merge(importId);
    return this.get(importId);
  }

  /**
   * The import that an earlier attempt has begun, if it got that far. What that attempt may still be receiving is given up first, so that it and the
   * next one cannot both be applied.
   */
  private async begunBefore(id: string): Promise<ImportView | undefined> {
    await abandonReceiving(this.database, id, 'Its file broke off, or its answer was lost; the file was sent again.');
    const record = await readImport(this.database, id);
    return record && presentImport(record);
  }

  private async merge(importId: string): Promise<void> {
    const merging = mergeImport(this.database, importId).then(
      () => undefined,
      (error: unknown) => {
        // Not lost: it stays queued or running, and the reconciler continues it.
        this.logger.error({ err: error, importId }, 'an import could not be merged now');
      },
    );
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([merging, new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)))]);
    clearTimeout(timer);
  }
}

function problemOf(error: unknown, listId: string): unknown {
  if (error instanceof UnreadableFile) {
    return new Problem('validation', error.message, {
      errors: [{ pointer: '', message: error.message }],
      cause: error,
    });
  }
  if (error instanceof ListGone) return notFound('list', listId);
  // Two attempts under one Idempotency-Key began at once: an ID is unique.
  if ((error as { code?: unknown }).code === '23505') return keyBusy();
  const cause = error instanceof ImportFailed ? error.cause : error;
  const extensions = error instanceof ImportFailed ? { importId: error.importId } : {};
  if (cause instanceof Stalled) return uploadStalled(cause, extensions);
  if (cause instanceof FileTooLarge) return new Problem('too-large', cause.message, { cause, extensions });
  if (cause instanceof ImportAbandoned) {
    return new Problem('conflict', 'The import was given up while its file was still arriving; reading it says why.', {
      cause,
      extensions,
    });
  }
  if (cause instanceof FileBrokenOff) return new Problem('malformed-request', cause.message, { cause, extensions });
  return cause;
}

async function* rejectedLines(database: Database, id: string): AsyncGenerator<string> {
  yield csvLine(['line', 'reason', 'value']);
  for await (const rows of rejectedRows(database, id)) {
    yield rows.map((r) => csvLine([String(r.line), r.reason, r.value])).join('');
  }
}
