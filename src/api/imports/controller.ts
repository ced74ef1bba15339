import { Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiExtension, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Answers, Creates, Refuses } from '../common/answers.js';
import { AnswersCsv, sendCsv } from '../common/csv.js';
import { Idempotent, MakesOnce, type Making } from '../common/idempotency.js';
import { pageQuery, sortQuery } from '../common/pagination.js';
import { Requires } from '../common/roles.js';
import { formSchema } from '../common/openapi.js';
import { id, idParam } from '../common/schemas.js';
import { importPage, importQuery, importView } from './schemas.js';
import { ImportsService } from './service.js';

const listQuery = pageQuery.extend({ sort: sortQuery(['createdAt'], '-createdAt'), listId: id.optional() });

const description = `The body is the file itself (\`text/csv\`, \`text/plain\`) or a form with one file (\`multipart/form-data\`), in UTF-8, streamed; up to 2 GiB.

- **With a header**: one column is called email, e-mail, mail or address. name, or first name and last name, make the name. All other columns become
  attributes under their header's name. Commas, semicolons and tabs are told apart.
- **Left out**: columns that \`?ignore=notes,birthday\` names, as they stand in the header (\`column3\` is the third where it has no name). They need no name of
  their own, and no name that an attribute could have.
- **Without**: when the first line is an address (or \`Ada <ada@example.org>\`), each line is one.

A row that cannot be used is rejected with its line and reason, the rest goes in. An address that is repeated in the file counts once: later rows add to
earlier ones and win over them. Contacts that are known already keep what the file says nothing about; empty cells take nothing away. The same file sent twice changes
nothing. The import is applied whole or not at all. An apostrophe that an export put before \`=\`, \`+\`, \`-\` or \`@\` is taken away again.

The answer comes when the file has arrived; \`status\` is then \`completed\` already, if applying it took less than two seconds.`;

const fileSchema = {
  type: 'string',
  minLength: 1,
  [formSchema]: {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary', minLength: 1 } },
  },
};

@ApiTags('Imports')
@Controller('api/v1')
export class ImportsController {
  constructor(@Inject(ImportsService) private readonly imports: ImportsService) {}

  @Post('lists/:id/import')
  @RouteConfig({ access: 'operator', receivesFile: true })
  @ApiBearerAuth('apiKey')
  @ApiExtension('x-required-role', 'operator')
  @ApiOperation({ summary: 'Import contacts into a list', description })
  @ApiConsumes('text/csv', 'text/plain', 'multipart/form-data')
  @ApiBody({ description: 'The file', schema: fileSchema })
  @Creates(importView, 'The import', { base: '/api/v1/imports', status: 202 })
  @Refuses(408, 'The file has stopped arriving (`upload-stalled`); nothing of it was imported')
  @Refuses(409, 'The list was deleted while the file was arriving; `importId` names the import')
  @Idempotent({ acts: 'receive' })
  receive(
    @Param('id', { schema: idParam }) listId: string,
    @Query({ schema: importQuery }) { ignore }: z.output<typeof importQuery>,
    @Req() request: FastifyRequest,
    @MakesOnce() making: Making,
  ) {
    return this.imports.receive(listId, request, making, ignore);
  }

  @Get('imports')
  @Requires('viewer')
  @ApiOperation({ summary: 'List imports' })
  @Answers(200, importPage, 'A page of imports')
  list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>) {
    return this.imports.list(query);
  }

  @Get('imports/:id')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read an import' })
  @Answers(200, importView, 'The import')
  get(@Param('id', { schema: idParam }) importId: string) {
    return this.imports.get(importId);
  }

  @Get('imports/:id/rejected.csv')
  @Requires('viewer')
  @ApiOperation({ summary: 'Export the rejected rows of an import' })
  @AnswersCsv('line, reason, value; with a header line')
  async rejected(@Param('id', { schema: idParam }) importId: string, @Res() reply: FastifyReply) {
    const lines = await this.imports.rejectedCsv(importId);
    await sendCsv(reply, `rejected-${importId.toLowerCase()}.csv`, lines);
  }
}
