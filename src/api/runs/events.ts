import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { isOpen } from '../../domain/run.js';
import { LOGGER } from '../common/tokens.js';
import type { RunView } from './schemas.js';
import { RunsService } from './service.js';

/** How often the ledger is asked about watched runs, and how often a silent stream says that it lives, in milliseconds. */
const pollMs = 500;
const heartbeatMs = 15_000;
/** A reader that has not taken this many bytes is let go; it comes back with Last-Event-ID. */
const slowReaderBytes = 1024 * 1024;

interface Watched {
  streams: Set<PassThrough>;
  lastId: string;
}

/**
 * Server-sent events of runs: the present state on connection, each change, and an end when the run is final. However many people watch,
 * one statement every half second asks about all watched runs together; with nobody watching there is none.
 */
@Injectable()
export class RunEvents implements OnModuleDestroy {
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | undefined;
  private lastHeartbeat = Date.now();
  private polling = false;

  constructor(
    @Inject(RunsService) private readonly runs: RunsService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A stream for one reader. `lastEventId`: what it has seen already, so that nothing is repeated. @throws Problem 404. */
  async open(runId: string, lastEventId: string | undefined): Promise<PassThrough> {
    const run = await this.runs.get(runId);
    const stream = new PassThrough();
    const eventId = idOf(run);
    stream.write('retry: 2000\n\n');
    if (lastEventId !== eventId) stream.write(eventText(run, eventId));
    if (!isOpen(run.status)) {
      stream.end(endText);
      return stream;
    }
    const entry = this.watched.get(run.id) ?? { streams: new Set(), lastId: eventId };
    entry.streams.add(stream);
    this.watched.set(run.id, entry);
    // What changed between the reading above and now is seen by comparing with what this reader was told.
    if (entry.lastId !== eventId) entry.lastId = '';
    stream.on('close', () => this.leave(run.id, stream));
    this.schedule();
    return stream;
  }

  /** Ends all streams; readers connect again, to a process that lives. */
  onModuleDestroy(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const { streams } of this.watched.values()) for (const stream of streams) stream.end();
    this.watched.clear();
  }

  private leave(runId: string, stream: PassThrough): void {
    const entry = this.watched.get(runId);
    if (!entry) return;
    entry.streams.delete(stream);
    if (entry.streams.size === 0) this.watched.delete(runId);
  }

  private schedule(): void {
    if (this.timer || this.polling) return;
    this.timer = setTimeout(() => void this.poll(), pollMs);
  }

  private async poll(): Promise<void> {
    this.timer = undefined;
    this.polling = true;
    try {
      for (const run of await this.runs.byIds([...this.watched.keys()])) this.tell(run);
    } catch (error) {
      // PostgreSQL is away: readers keep their connection and hear of changes when it is back.
      this.logger.warn({ err: error }, 'run events cannot be read');
    } finally {
      this.polling = false;
    }
    this.beat();
    if (this.watched.size > 0) this.schedule();
  }

  private tell(run: RunView): void {
    const entry = this.watched.get(run.id);
    if (!entry) return;
    const eventId = idOf(run);
    const final = !isOpen(run.status);
    if (entry.lastId === eventId && !final) return;
    const text = entry.lastId === eventId ? '' : eventText(run, eventId);
    entry.lastId = eventId;
    for (const stream of [...entry.streams]) {
      if (final) stream.end(text + endText);
      else if (stream.writableLength > slowReaderBytes) stream.destroy();
      else stream.write(text);
    }
    if (final) this.watched.delete(run.id);
  }

  private beat(): void {
    if (Date.now() - this.lastHeartbeat < heartbeatMs) return;
    this.lastHeartbeat = Date.now();
    for (const { streams } of this.watched.values()) for (const stream of streams) stream.write(': still here\n\n');
  }
}

const endText = 'event: end\ndata: {}\n\n';

/** Names a state, whichever process reads it, so that a reader may continue elsewhere. */
function idOf(run: RunView): string {
  return createHash('sha256').update(JSON.stringify(run)).digest('base64url').slice(0, 16);
}

function eventText(run: RunView, eventId: string): string {
  return `id: ${eventId}\nevent: run\ndata: ${JSON.stringify(run)}\n\n`;
}
