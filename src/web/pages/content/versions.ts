/** A thing of the API with the tag of the version that was read. */
export interface Versioned<T> {
  data: T;
  /** Its `ETag`, for `If-Match`. */
  etag: string | undefined;
}

/** The answer of the API together with its `ETag`. */
export async function versionOf<T>(call: Promise<{ data?: T; response: Response }>): Promise<Versioned<T>> {
  const { data, response } = await call;
  return { data: data as T, etag: response.headers.get('etag') ?? undefined };
}

/** Header `If-Match`: the version that the form began with. `anyway` writes over whatever is there. */
export function ifMatch(etag: string | undefined, anyway = false): { 'If-Match'?: string } {
  if (anyway) return { 'If-Match': '*' };
  return etag === undefined ? {} : { 'If-Match': etag };
}
