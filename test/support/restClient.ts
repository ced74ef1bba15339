/** An answer of the REST API. */
export interface RestAnswer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

export interface RestRequest {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is; the content type goes into `headers`. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** A client of a running API process that sends the admin key. Paths without a leading slash are below /api/v1/. */
export interface RestClient {
  readonly url: string;
  /** What it sends to say who it is, for requests made otherwise (streams). */
  readonly headers: Readonly<Record<string, string>>;
  /** Resolves with whatever the status is. */
  request<T = unknown>(method: string, path: string, request?: RestRequest): Promise<RestAnswer<T>>;
  /** The body of an answer that must be a success (2xx); throws with the problem details otherwise. */
  ok<T>(method: string, path: string, request?: RestRequest): Promise<T>;
}

export function restClient(url: string, key: string | undefined): RestClient {
  const identity: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const request = async <T>(method: string, path: string, { body, raw, headers }: RestRequest = {}) => {
    const target = path.startsWith('/') ? `${url}${path}` : `${url}/api/v1/${path}`;
    const init: RequestInit = {
      method,
      headers: {
        ...identity,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    else if (raw !== undefined) init.body = raw;
    const response = await fetch(target, init);
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
  };
  return {
    url,
    headers: identity,
    request,
    ok: async <T>(method: string, path: string, options?: RestRequest) => {
      const answer = await request<T>(method, path, options);
      if (answer.status < 200 || answer.status > 299) {
        throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      return answer.body;
    },
  };
}

/** Asks again until `accept` returns a value. Throws with the last answer when `timeoutMs` have passed. */
export async function until<T, R>(
  ask: () => Promise<T>,
  accept: (answer: T) => R | undefined | false,
  timeoutMs = 30_000,
): Promise<R> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    const value = accept(answer);
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) {
      throw new Error(
        `Not so after ${timeoutMs / 1000} s; the last answer was ${JSON.stringify(answer)?.slice(0, 2000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
