import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError, type ApiClient, type Schema } from '../../client/client.js';

export type Run = Schema<'Run'>;

/** A run is over when nothing more happens to it by itself. */
export function hasEnded(run: Run): boolean {
  return ['completed', 'stopped', 'failed', 'duplicate'].includes(run.status);
}

export interface FollowOptions {
  /** Between two questions where events do not arrive, in milliseconds. */
  pollMs?: number;
  /** How long the server may be away, in milliseconds. */
  patienceMs?: number;
  /** A stream that is silent for longer is dead: the server gives a sign of life every 15 s. In milliseconds. */
  silenceMs?: number;
}

/**
 * The states of a run, from the present one to its end, over server-sent events; a stream that breaks off is taken up where it ended
 * (`Last-Event-ID`), and where streams do not get through (a proxy that holds them back) the run is asked about again and again.
 * @throws ProblemError when there is no such run, or the server is away for longer than `patienceMs`.
 */
export async function* follow(client: ApiClient, runId: string, options: FollowOptions = {}): AsyncGenerator<Run> {
  const { pollMs = 1_000, patienceMs = 60_000, silenceMs = 35_000 } = options;
  let lastEventId: string | undefined;
  let answeredAt = Date.now();
  let shown = '';
  for (let fruitless = 0; fruitless < 2;) {
    try {
      for await (const event of events(client, runId, lastEventId, silenceMs)) {
        answeredAt = Date.now();
        fruitless = 0;
        if (event.type === 'end') return;
        if (event.type !== 'run') continue;
        lastEventId = event.id ?? lastEventId;
        const run = JSON.parse(event.data) as Run;
        shown = JSON.stringify(run);
        yield run;
        if (hasEnded(run)) return;
      }
    } catch (error) {
      if (error instanceof ProblemError && refuses(error)) throw error;
    }
    fruitless++;
    if (fruitless < 2) await delay(500);
  }
  for (;;) {
    try {
      const { data } = await client.GET('/api/v1/runs/{id}', { params: { path: { id: runId } } });
      answeredAt = Date.now();
      const run = data as Run;
      // What is shown is told again when it changes, as with events.
      const text = JSON.stringify(run);
      if (text !== shown) yield run;
      shown = text;
      if (hasEnded(run)) return;
    } catch (error) {
      if (!(error instanceof ProblemError) || refuses(error) || Date.now() - answeredAt > patienceMs) throw error;
    }
    await delay(pollMs);
  }
}

/** Whether asking again changes nothing. */
function refuses(problem: ProblemError): boolean {
  return problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429;
}

interface ServerEvent {
  type: string;
  id: string | undefined;
  data: string;
}

/** The events of one stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). Throws when it is silent for too long. */
async function* events(
  client: ApiClient,
  runId: string,
  lastEventId: string | undefined,
  silenceMs: number,
): AsyncGenerator<ServerEvent> {
  const gone = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => gone.abort(), silenceMs);
  };
  alive();
  try {
    const { data, response } = await client.GET('/api/v1/runs/{id}/events', {
      params: { path: { id: runId }, header: lastEventId === undefined ? {} : { 'last-event-id': lastEventId } },
      headers: { Accept: 'text/event-stream' },
      parseAs: 'stream',
      signal: gone.signal,
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) throw new Error('no stream of events');
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of data as ReadableStream<Uint8Array>) {
      alive();
      const blocks = (rest + decoder.decode(piece, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop() as string;
      for (const block of blocks) {
        const event = parse(block);
        if (event) yield event;
      }
    }
  } finally {
    clearTimeout(timer);
    gone.abort();
  }
}

function parse(block: string): ServerEvent | undefined {
  let type = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name === 'event') type = value as string;
    else if (name === 'id') id = value;
    else if (name === 'data') data.push(value as string);
  }
  return data.length === 0 && type !== 'end' ? undefined : { type, id, data: data.join('\n') };
}
