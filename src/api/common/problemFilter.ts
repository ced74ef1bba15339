import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { problemFromError } from './problemFromError.js';
import type { Problem } from './problems.js';
import { nothingMatches } from './routes.js';

/** The body of a problem answer. */
export function problemBody(problem: Problem, request: { url: string; id: string }) {
  return {
    type: `/problems/${problem.type}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    instance: request.url.split('?')[0],
    requestId: request.id,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
    ...problem.extensions,
  };
}

/** Writes a problem as `application/problem+json` (RFC 9457). */
export async function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem, request)));
}

/** The only place where errors become answers. Defects are logged whole, everything else is a client's or an operator's matter. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly allowedMethods: (path: string) => readonly string[],
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = request.is404 ? nothingMatches(request, this.allowedMethods) : problemFromError(error);
    const log = {
      err: problem.cause ?? problem,
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
    };
    if (problem.status === 500) this.logger.error(log, 'request failed');
    else if (problem.status === 503) this.logger.warn(log, problem.detail);
    if (reply.sent || reply.raw.headersSent) {
      // The answer has begun: all that is left is to break it off, so that nobody takes half of it for the whole.
      reply.raw.destroy();
      return;
    }
    await sendProblem(problem, request, reply);
  }
}
