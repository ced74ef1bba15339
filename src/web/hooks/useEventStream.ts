import { useEffect, useRef, useState } from 'react';
import { problemOf } from '../../client/client.js';

/** An event of a stream (HTML Living Standard, section 9.2). */
export interface StreamEvent {
  id: string;
  event: string;
  data: string;
}

/** `connecting`: for the first time or again; `ended`: the server said that nothing more comes, or refused. */
export type StreamState = 'connecting' | 'open' | 'ended';

const firstDelayMs = 1000;
const longestDelayMs = 15_000;

/**
 * Follows a stream of server-sent events while the component is shown. A connection that breaks is opened again with `Last-Event-ID`, so
 * that nothing is repeated and nothing lost; pauses between the attempts grow from one second to fifteen. Ends with the event `end`, or when
 * the server refuses (4xx). A null address follows nothing.
 */
export function useEventStream(url: string | null, onEvent: (event: StreamEvent) => void): StreamState {
  const [state, setState] = useState<StreamState>('connecting');
  const handler = useRef(onEvent);
  useEffect(() => {
    handler.current = onEvent;
  });

  useEffect(() => {
    if (url === null) return;
    const ending = new AbortController();
    setState('connecting');
    void follow(url, ending.signal, (event) => handler.current(event), setState);
    return () => ending.abort();
  }, [url]);
  return state;
}

async function follow(
  url: string,
  signal: AbortSignal,
  onEvent: (event: StreamEvent) => void,
  onState: (state: StreamState) => void,
): Promise<void> {
  let lastId = '';
  let delay = firstDelayMs;
  while (!signal.aborted) {
    try {
      const headers = { Accept: 'text/event-stream', ...(lastId === '' ? {} : { 'Last-Event-ID': lastId }) };
      const response = await fetch(url, { headers, signal, credentials: 'same-origin', cache: 'no-store' });
      if (response.status === 204) return onState('ended');
      if (!response.ok || !response.body) throw await problemOf(response);
      onState('open');
      delay = firstDelayMs;
      for await (const event of eventsOf(response.body)) {
        if (event.id !== '') lastId = event.id;
        if (signal.aborted) return;
        if (event.event === 'end') return onState('ended');
        onEvent(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      const status = (error as { status?: number }).status ?? 0;
      if (status >= 400 && status < 500 && status !== 429) return onState('ended');
    }
    if (signal.aborted) return;
    onState('connecting');
    await new Promise((resolve) => setTimeout(resolve, delay));
    delay = Math.min(delay * 2, longestDelayMs);
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  let lines: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split(/\r\n|\n|\r/);
    rest = parts.pop() as string;
    for (const line of parts) {
      if (line !== '') {
        lines.push(line);
        continue;
      }
      const event = eventOf(lines);
      lines = [];
      if (event) yield event;
    }
  }
}

function eventOf(lines: string[]): StreamEvent | undefined {
  const data: string[] = [];
  let id = '';
  let event = 'message';
  for (const line of lines) {
    const [, name, value = ''] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'data') data.push(value);
    else if (name === 'id') id = value;
    else if (name === 'event') event = value;
  }
  return data.length === 0 ? undefined : { id, event, data: data.join('\n') };
}
