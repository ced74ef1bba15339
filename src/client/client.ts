import createOpenApiClient, { type Client as OpenApiClient } from 'openapi-fetch';
import type { components, paths } from './api.js';

/** The schemas of the API by name: `Schema<'Automation'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** The client: `GET`, `POST`, … with the paths of the API, their parameters, bodies and answers typed. */
export type ApiClient = OpenApiClient<paths>;

export interface ApiClientOptions {
  /** Where the API is, such as `https://mail.example.org`. Default: where the page comes from (in a browser only). */
  baseUrl?: string;
  /** An API key. Without one the browser's session counts, whose cookie no script can read. */
  apiKey?: string;
  /** Another `fetch`, for tests and proxies. */
  fetch?: (request: Request) => Promise<Response>;
}

/** One of the fields that a problem points at. */
export interface FieldProblem {
  /** JSON pointer (RFC 6901) into the body. */
  pointer?: string;
  /** Query parameter or header. */
  parameter?: string;
  message: string;
  line?: number;
  column?: number;
}

/**
 * What the API refused, as RFC 9457 problem details. `type` is one of those at `/problems` and never changes; `network` and `unreadable`
 * are the client's own: no answer came (`status` 0), or one that is no problem document (a proxy's page).
 */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly errors: readonly FieldProblem[];
  /** Seconds to wait before the next try, where the answer says so. */
  readonly retryAfter: number | undefined;
  /** The members that this kind of problem adds. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    document: Record<string, unknown> & { type: string; status: number },
    retryAfter?: number,
    cause?: unknown,
  ) {
    const { type, status, title, detail, requestId, errors, instance: _instance, ...extensions } = document;
    const text = (value: unknown, otherwise: string) => (typeof value === 'string' && value ? value : otherwise);
    super(text(detail, text(title, `The server answered ${status}.`)), cause === undefined ? undefined : { cause });
    this.type = type;
    this.status = status;
    this.title = text(title, 'The request failed');
    this.detail = text(detail, '');
    this.requestId = typeof requestId === 'string' ? requestId : undefined;
    this.errors = Array.isArray(errors) ? (errors as FieldProblem[]) : [];
    this.retryAfter = retryAfter;
    this.extensions = extensions;
  }

  /** Whether it is the problem `/problems/<name>`. */
  is(name: string): boolean {
    return this.type === `/problems/${name}` || this.type === name;
  }
}

/** The problem that an answer tells of. Reads the body. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  if (/^application\/problem\+json\b/.test(response.headers.get('content-type') ?? '')) {
    const document = (await response.json()) as Record<string, unknown>;
    const type = typeof document['type'] === 'string' ? document['type'] : 'unreadable';
    return new ProblemError({ ...document, type, status: response.status }, retryAfter);
  }
  const title =
    response.status >= 502 && response.status <= 504 ? 'The server cannot be reached' : 'An unexpected answer';
  const detail = `The answer was ${response.status} ${response.statusText}`.trim() + ', without an explanation.';
  return new ProblemError({ type: 'unreadable', status: response.status, title, detail }, retryAfter);
}

/**
 * A client of the REST API, for browsers and Node alike, typed from the OpenAPI document. A call resolves with `data` when the answer is
 * of 2xx (or 304, without data).
 * @throws ProblemError (from the call) for every other answer, and when none comes.
 */
export function createClient(options: ApiClientOptions = {}): ApiClient {
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const baseUrl = options.baseUrl ?? (globalThis as { location?: { origin: string } }).location?.origin;
  if (baseUrl === undefined) throw new TypeError('createClient needs a baseUrl outside of a browser.');
  const client = createOpenApiClient<paths>({
    baseUrl,
    credentials: 'same-origin',
    headers: {
      Accept: 'application/json, application/problem+json',
      ...(options.apiKey === undefined ? {} : { Authorization: `Bearer ${options.apiKey}` }),
    },
    fetch: async (request) => {
      let response: Response;
      try {
        response = await send(request);
      } catch (error) {
        if ((error as Error).name === 'AbortError') throw error;
        throw new ProblemError(
          {
            type: 'network',
            status: 0,
            title: 'The server cannot be reached',
            detail: 'No answer came. It may be restarting, or the connection is down.',
          },
          undefined,
          error,
        );
      }
      if (response.ok || response.status === 304) return response;
      throw await problemOf(response);
    },
  });
  return client;
}

/** The data of an answer that has some; for use as `dataOf(client.GET(…))`. @throws ProblemError, as the call does. */
export async function dataOf<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
