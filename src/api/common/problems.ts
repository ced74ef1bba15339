/**
 * The problems the API answers with, as RFC 9457 problem details. `type` is `/problems/<name>`: it never changes, and it is a page that
 * says what the problem means and what to do.
 *
 * 400 is what cannot be read (broken JSON, a wrong query parameter, a cursor of another list); 422 is a body that can be read, whose
 * fields are not acceptable.
 */
export const problemTypes = {
  'malformed-request': {
    status: 400,
    title: 'The request cannot be read',
    meaning:
      'The body is not valid JSON in UTF-8, holds characters that cannot be stored (NUL, unpaired surrogates), or is nested too deep.',
    remedy: 'Send one JSON document in UTF-8. The detail says what is wrong with this one.',
  },
  'invalid-parameter': {
    status: 400,
    title: 'A query parameter or header cannot be used',
    meaning: 'A query parameter or header is unknown, repeated, or has a value outside what the route accepts.',
    remedy: 'Each entry of `errors` names the parameter and what it accepts.',
  },
  'invalid-cursor': {
    status: 400,
    title: 'The cursor does not belong to this list',
    meaning: 'A cursor continues exactly the list, the filters and the order it came from.',
    remedy: 'Start again without a cursor, and pass `nextCursor` on unchanged.',
  },
  unauthenticated: {
    status: 401,
    title: 'Who are you?',
    meaning: 'The request carries neither an API key nor a session cookie, or one that is unknown, revoked or expired.',
    remedy:
      'Send `Authorization: Bearer <API key>`, or sign in with POST /api/v1/session. An administrator creates keys with POST /api/v1/api-keys.',
  },
  'sign-in-refused': {
    status: 401,
    title: 'That is not right',
    meaning:
      'No user who may sign in has this email address, password and code, or the link has been used or has expired. Which of them it is is not told.',
    remedy: 'Check what was typed, or ask an administrator for a new invitation.',
  },
  'second-factor-needed': {
    status: 401,
    title: 'A code is needed too',
    meaning: 'The password is right, and this user has set up an authenticator.',
    remedy: 'Repeat the request with `totp`: the six digits of the authenticator, or a recovery code.',
  },
  forbidden: {
    status: 403,
    title: 'Your role does not allow this',
    meaning:
      'The key or session is valid, but its role (viewer, operator, admin) is below what the route requires, or the route is for users alone.',
    remedy: 'Use a key or user of the role that the detail names.',
  },
  'cross-site-request': {
    status: 403,
    title: 'The request comes from another site',
    meaning:
      'Requests with the session cookie that change something are accepted from pages of this server alone, so that no other site can make them in your name.',
    remedy:
      'Programs use an API key instead of the cookie. Behind a proxy that changes the Host header, set ONCEMAIL_PUBLIC_URL to the address people open.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing',
    meaning: 'Nothing has this address, or it has been deleted.',
    remedy: 'Check the ID, and that it is the ID of the right kind of resource.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method does not apply here',
    meaning: 'The address exists, but not for this method.',
    remedy: 'The `Allow` header lists the methods that do apply.',
  },
  conflict: {
    status: 409,
    title: 'The request conflicts with what exists',
    meaning:
      'The change would contradict something that exists, or the resource is not in a state that allows the action.',
    remedy: 'Read the resource again; the detail says what stands in the way.',
  },
  'in-use': {
    status: 409,
    title: 'The resource is in use',
    meaning: 'Other resources depend on it; they are named in the detail and in `usedBy`.',
    remedy: 'Change or delete those first.',
  },
  'secret-unreadable': {
    status: 409,
    title: 'A stored secret cannot be read',
    meaning:
      'A stored secret is needed that was encrypted with another ONCEMAIL_SECRET_KEY than the server has. Nothing was sent.',
    remedy:
      'Start all processes with the key it was stored with, or store the secret again: the detail says which one, and how.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The resource has changed since you read it',
    meaning: '`If-Match` names another version than the current one.',
    remedy: 'Read the resource again, and repeat the change on the new version.',
  },
  'idempotency-key-busy': {
    status: 409,
    title: 'The first request with this key goes on',
    meaning: 'A request with the same `Idempotency-Key` has been accepted and has no answer yet.',
    remedy: 'Repeat the request after the seconds that `Retry-After` names: it then gets the answer of the first one.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This key belongs to another request',
    meaning: 'The `Idempotency-Key` was used within 24 hours with another method, address or body.',
    remedy: 'Use a new key for each thing that is to be made, and repeat a request unchanged.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body is larger than this route accepts.',
    remedy: 'The detail names the limit. Contacts in bulk are imported as a stream: POST /api/v1/lists/{id}/import.',
  },
  'uri-too-long': {
    status: 414,
    title: 'The address is too long',
    meaning: 'A part of the address is longer than any ID.',
    remedy: 'Check the address.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive',
    meaning:
      'Nothing of the body has arrived for 30 seconds, or fewer than 500 bytes a second for longer than that; or the headers took longer than a minute. Nothing was done.',
    remedy: 'Send the whole request again.',
  },
  'upload-stalled': {
    status: 408,
    title: 'The file stopped arriving',
    meaning:
      'Nothing of the file has arrived for five minutes (`ONCEMAIL_UPLOAD_STALL_SECONDS`), or fewer than 500 bytes a second for longer than that. Nothing of it was kept, and its `Idempotency-Key` is free again.',
    remedy: 'Send the whole file again.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has a type this route does not read',
    meaning: 'The Content-Type is missing or not one the route reads.',
    remedy: 'Send `Content-Type: application/json`, unless the route is documented to read another type.',
  },
  validation: {
    status: 422,
    title: 'Some fields are not acceptable',
    meaning:
      'The body can be read, but fields are missing, unknown, of the wrong type or outside their range, or contradict each other.',
    remedy: 'Each entry of `errors` points at a field (RFC 6901 JSON pointer) and says what it accepts.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'This client sends more requests than are accepted.',
    remedy: 'Wait for the seconds that `Retry-After` names.',
  },
  internal: {
    status: 500,
    title: 'The server has made a mistake',
    meaning: 'A defect of the server. Nothing is known to be wrong with the request.',
    remedy: 'Report it with the `requestId`; the log has the cause under the same ID.',
  },
  unavailable: {
    status: 503,
    title: 'A part the server needs is not available',
    meaning:
      'PostgreSQL or Temporal does not answer, or the server is shutting down. What was accepted before is not lost.',
    remedy: 'Repeat the request after the seconds that `Retry-After` names. GET /readyz says which part is missing.',
  },
} as const satisfies Record<string, { status: number; title: string; meaning: string; remedy: string }>;

export type ProblemType = keyof typeof problemTypes;

/** What is wrong with one field (`pointer`, RFC 6901, into the body) or one query parameter or header (`parameter`). */
export interface ProblemDetail {
  pointer?: string;
  parameter?: string;
  message: string;
  /** Where in a text the mistake is, from 1. */
  line?: number;
  column?: number;
}

export interface ProblemOptions {
  errors?: readonly ProblemDetail[];
  headers?: Record<string, string>;
  /** Further members of the problem document. */
  extensions?: Record<string, unknown>;
  cause?: unknown;
}

/** An answer that is a problem; thrown anywhere in the API, written by `ProblemFilter`. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly errors: readonly ProblemDetail[];
  readonly headers: Record<string, string>;
  readonly extensions: Record<string, unknown>;

  constructor(
    readonly type: ProblemType,
    readonly detail: string,
    options: ProblemOptions = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = problemTypes[type].status;
    this.title = problemTypes[type].title;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }
}

/** 404 of a resource: `kind` is what a person calls it ("sender"). */
export function notFound(kind: string, id: string): Problem {
  return new Problem('not-found', `There is no ${kind} ${id.slice(0, 100)}.`);
}

/** 422 of one field. `pointer` is a JSON pointer into the body. */
export function invalidField(pointer: string, message: string): Problem {
  return new Problem('validation', `${pointer}: ${message}`, { errors: [{ pointer, message }] });
}

/** 409 of a resource that others depend on. `usedBy` names them. */
export function inUse(detail: string, usedBy: readonly { id: string; name: string }[]): Problem {
  return new Problem('in-use', detail, { extensions: { usedBy } });
}

/** 503 of a part that does not answer; the client is told to come back in a few seconds. */
export function unavailable(part: 'PostgreSQL' | 'Temporal' | 'server', detail: string, cause?: unknown): Problem {
  return new Problem('unavailable', detail, { headers: { 'Retry-After': '5' }, extensions: { part }, cause });
}

/** A JSON pointer (RFC 6901) from path segments. */
export function jsonPointer(path: readonly (string | number | symbol)[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
