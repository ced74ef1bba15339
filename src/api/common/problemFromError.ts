import { HttpException } from '@nestjs/common';
import { SecretError } from '../../mail/secrets.js';
import { Problem, unavailable, type ProblemType } from './problems.js';

/** SQLSTATEs and socket errors that mean "PostgreSQL is not there (any more)", not "the statement is wrong". */
const connectionStates = /^(08...|28...|3D000|53...|55000|57P0[1-5]|58...|XX...)$/;
const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
const poolMessages =
  /^(Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end|driver has already been destroyed)/;
/** All connections of the process were in use for as long as a request waits for one (pg-pool). */
const poolExhausted = 'timeout exceeded when trying to connect';
/** gRPC status codes of a Temporal server that is down, restarting or overloaded: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const grpcUnavailable = new Set([4, 8, 14]);

/**
 * The problem that tells a client what an error means for it. Whatever is not recognised is a defect of ours: `internal`, with no
 * detail of it leaked.
 */
export function problemFromError(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) return fromStatus(error.getStatus(), error.message, error);
  if (!(error instanceof Error)) return internal(error);
  if (error instanceof SecretError) return new Problem('secret-unreadable', error.message, { cause: error });

  // What the server found wrong with a request comes first: a body that is cut off is an ECONNRESET too.
  return fromFastify(error) ?? fromTemporal(error) ?? fromPostgres(error) ?? internal(error);
}

function internal(cause: unknown): Problem {
  return new Problem('internal', 'The request could not be completed because of a defect of the server.', { cause });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function fromTemporal(error: Error): Problem | undefined {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const code = codeOf(e);
    const isGrpc = e.name === 'ServiceError' || 'details' in e || 'metadata' in e;
    if (isGrpc && typeof code === 'number' && grpcUnavailable.has(code)) {
      return unavailable('Temporal', 'Temporal does not answer at the moment.', error);
    }
    if (/^Failed to connect before the deadline/.test(e.message)) {
      return unavailable('Temporal', 'Temporal cannot be reached at the moment.', error);
    }
  }
  return undefined;
}

function fromPostgres(error: Error): Problem | undefined {
  const code = codeOf(error);
  if (error.message === poolExhausted) {
    return unavailable('server', 'The server has more requests than it can answer in time; repeat this one.', error);
  }
  if (poolMessages.test(error.message) || (typeof code === 'string' && socketErrors.has(code))) {
    return unavailable('PostgreSQL', 'PostgreSQL cannot be reached at the moment.', error);
  }
  if (error instanceof AggregateError && error.errors.some((e) => socketErrors.has(String(codeOf(e))))) {
    return unavailable('PostgreSQL', 'PostgreSQL cannot be reached at the moment.', error);
  }
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || !('severity' in error)) return undefined;
  if (connectionStates.test(code))
    return unavailable('PostgreSQL', 'PostgreSQL is not available at the moment.', error);
  switch (code) {
    case '40001':
    case '40P01':
    case '55P03':
    case '57014':
      return unavailable('PostgreSQL', 'The request collided with another one; repeat it.', error);
    case '23505':
      return new Problem('conflict', 'Something with the same identity exists already.', { cause: error });
    case '23503':
      return new Problem(
        'conflict',
        'Something this request refers to does not exist any more, or is still referred to.',
        { cause: error },
      );
    case '22021':
    case '22P05':
      return new Problem('malformed-request', 'The request holds characters that cannot be stored.', { cause: error });
    case '22003':
    case '22008':
    case '54000':
    case '22001':
      return new Problem('validation', 'A value is outside what can be stored.', { cause: error });
    default:
      return undefined;
  }
}

function fromFastify(error: Error): Problem | undefined {
  const status = 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500
    ? fromStatus(status, error.message, error)
    : undefined;
}

const byStatus: Record<number, ProblemType> = {
  400: 'malformed-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  409: 'conflict',
  411: 'malformed-request',
  412: 'precondition-failed',
  413: 'too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  422: 'validation',
  429: 'rate-limited',
  431: 'malformed-request',
};

function fromStatus(status: number, message: string, cause: Error): Problem {
  const type = byStatus[status];
  if (type) return new Problem(type, message, { cause });
  if (status === 503) return unavailable('server', message, cause);
  return status >= 400 && status < 500 ? new Problem('malformed-request', message, { cause }) : internal(cause);
}
