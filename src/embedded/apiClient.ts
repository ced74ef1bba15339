/** A request to our own API that was not answered with a success. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly request: string,
    readonly status: number,
    readonly body: string,
  ) {
    super(`${request} was answered with ${status}: ${body.slice(0, 500)}`);
  }
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The REST API as the demo and the summary use it: with the same contract as anybody. */
export class Api {
  constructor(
    readonly url: string,
    private readonly key: string,
    private readonly signal?: AbortSignal,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.#json('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#json('POST', path, JSON.stringify(body), 'application/json');
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json('PATCH', path, JSON.stringify(body), 'application/json');
  }

  postCsv<T>(path: string, csv: string): Promise<T> {
    return this.#json('POST', path, csv, 'text/csv; charset=utf-8');
  }

  /** The body of an answer as lines, as they arrive. */
  async *lines(path: string): AsyncGenerator<string> {
    const response = await this.#request('GET', path);
    if (!response.body) return;
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield line.replace(/\r$/, '');
    }
    if (rest !== '') yield rest;
  }

  /** The first item of a listed resource, page by page, that `wanted` accepts. */
  async find<T>(path: string, wanted: (item: T) => boolean): Promise<T | undefined> {
    let cursor: string | null = null;
    do {
      const separator = path.includes('?') ? '&' : '?';
      const page: Page<T> = await this.get(
        cursor === null ? path : `${path}${separator}cursor=${encodeURIComponent(cursor)}`,
      );
      const found = page.items.find(wanted);
      if (found) return found;
      cursor = page.nextCursor ?? null;
    } while (cursor !== null);
    return undefined;
  }

  async #json<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    return (await (await this.#request(method, path, body, type)).json()) as T;
  }

  async #request(method: string, path: string, body?: string, type?: string): Promise<Response> {
    const init: RequestInit = {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(type === undefined ? {} : { 'content-type': type }) },
    };
    if (body !== undefined) init.body = body;
    if (this.signal) init.signal = this.signal;
    const response = await fetch(`${this.url}/api/v1${path}`, init);
    if (!response.ok) throw new ApiError(`${method} ${path}`, response.status, await response.text());
    return response;
  }
}
