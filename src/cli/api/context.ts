import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createClient, ProblemError, type ApiClient } from '../../client/client.js';
import { Failure } from '../failure.js';
import { plain } from './output.js';

/** The options that every command over the API has. */
export interface ApiOptions {
  url: string;
  apiKey?: string;
  json?: boolean;
}

/** Adds a command over the REST API to `parent`, with the options that all of them have. */
export function apiCommand(parent: Command, nameAndArguments: string, description: string): Command {
  return parent
    .command(nameAndArguments)
    .description(description)
    .addOption(
      new Option('--url <url>', 'where the API is')
        .env('ONCEMAIL_URL')
        .default('http://127.0.0.1:3000')
        .argParser(baseUrl),
    )
    .addOption(new Option('--api-key <key>', 'the key to ask with').env('ONCEMAIL_API_KEY'))
    .option('--json', 'print JSON');
}

function baseUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('It has to begin with http:// or https://.');
  return text.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
}

/** @throws Failure, which does not show the key, when it cannot be one. */
export function clientOf(options: ApiOptions): ApiClient {
  if (options.apiKey && !/^[\x21-\x7e]+$/.test(options.apiKey)) {
    throw new Failure('The API key (--api-key or ONCEMAIL_API_KEY) holds characters that no key has.', 2);
  }
  return createClient({ baseUrl: options.url, ...(options.apiKey ? { apiKey: options.apiKey } : {}) });
}

/** An option for commands that start something: the key under which it is started once. */
export function idempotencyOption(): Option {
  return new Option(
    '--idempotency-key <key>',
    'called again with the same key, the command answers what the first call started (default: a new key each time)',
  ).argParser((key: string) => {
    if (!/^[\x21-\x7e]{1,200}$/.test(key))
      throw new InvalidArgumentError('It has 1 to 200 printable characters without spaces.');
    return key;
  });
}

export const newKey = () => `cli-${randomUUID()}`;

/** A number of rows on the command line. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number, from 1.');
  return Number(text);
}

/**
 * Asks again when no answer came or the server is not ready, three times within a few seconds, and when there were too many requests, after the time
 * that the answer names. Only for reads, and for what is started under a key.
 * @throws ProblemError of the last try.
 */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const passing =
        error instanceof ProblemError &&
        (error.status === 0 || error.status === 429 || error.status === 503 || error.is('idempotency-key-busy'));
      if (!passing || attempt === 4) throw error;
      const longest = error.status === 429 ? 60 : 2;
      const seconds = Math.min(longest, error.retryAfter ?? attempt * 0.3);
      if (seconds > 2) process.stderr.write(`${plain(error.title)}; going on in ${seconds} s.\n`);
      await delay(seconds * 1_000);
    }
  }
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Up to `most` items of a list, page by page, and the cursor of the next one. */
export async function pages<T>(
  most: number,
  page: (limit: number, cursor: string | undefined) => Promise<Page<T>>,
): Promise<Page<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (;;) {
    const next = cursor;
    const found = await patiently(() => page(Math.min(200, most - items.length), next));
    items.push(...found.items);
    if (found.nextCursor === null || items.length >= most) return { items, nextCursor: found.nextCursor };
    cursor = found.nextCursor;
  }
}

/** The ID of anything. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The ID of what people name by its ID or by its name, which must then be one of a kind. A part of a name is none: what is named may be run or
 * imported into.
 * @throws Failure that says what there is.
 */
export async function idOf(
  what: string,
  named: string,
  search: (text: string, limit: number, cursor: string | undefined) => Promise<Page<{ id: string; name: string }>>,
): Promise<string> {
  if (uuid.test(named)) return named.toLowerCase();
  const wanted = named.trim().toLowerCase();
  const { items } = await pages(Infinity, (limit, cursor) => search(named.trim(), limit, cursor));
  const exact = items.filter((item) => item.name.trim().toLowerCase() === wanted);
  const [only, ...others] = exact;
  if (only && others.length === 0) return only.id;
  const shown = (only ? exact : items).slice(0, 10).map((item) => `  ${item.id}  ${plain(item.name)}`);
  if (only) throw new Failure([`Several are called so; give the ID of the ${what}:`, ...shown].join('\n'));
  const near = shown.length > 0 ? ['  There are:', ...shown] : [];
  throw new Failure([`There is no ${what} called "${plain(named)}".`, ...near].join('\n'));
}

/** The ID of a run; runs have no names. */
export function runId(text: string): string {
  if (!uuid.test(text))
    throw new InvalidArgumentError('It has to be the ID of a run; "oncemail runs list" shows them.');
  return text.toLowerCase();
}
