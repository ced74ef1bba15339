import { Readable } from 'node:stream';
import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiProduces, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

/** Declares that a route answers CSV, sent with `sendCsv`. */
export function AnswersCsv(description: string): MethodDecorator {
  return applyDecorators(
    ApiProduces('text/csv'),
    HttpCode(200),
    ApiResponse({ status: 200, description, schema: { type: 'string' } }),
  );
}

/** Sends lines as a file, as fast as the client reads them. */
export async function sendCsv(reply: FastifyReply, fileName: string, lines: AsyncIterable<string>): Promise<void> {
  await reply
    .type('text/csv; charset=utf-8; header=present')
    .header('Content-Disposition', `attachment; filename="${fileName}"`)
    .send(Readable.from(lines));
}
