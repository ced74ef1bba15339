import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCookieAuth,
  ApiExtension,
  ApiOperation,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers, Creates, Refuses } from '../common/answers.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { formSchema } from '../common/openapi.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { attachment, uploadQuery, type UploadQuery } from './schemas.js';
import { AttachmentsService } from './service.js';

const description = `The body is the file itself, with its media type as \`Content-Type\` and its name as \`?filename=\`, or a form with one file (\`multipart/form-data\`). Without a media type, or with \`application/octet-stream\`,
the name's extension tells it. At most 10 MiB, unless \`ONCEMAIL_ATTACHMENTS_MIB\` says otherwise; of files with the same bytes one is stored.

\`content.attachments\` of campaigns and \`attachments\` of templates refer to it by its ID. What nothing has used for a day is removed.`;

const bodySchema = {
  type: 'string',
  format: 'binary',
  minLength: 1,
  [formSchema]: {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary', minLength: 1 } },
  },
};

@ApiTags('Attachments')
@Controller('api/v1/attachments')
export class AttachmentsController {
  constructor(@Inject(AttachmentsService) private readonly attachments: AttachmentsService) {}

  @Post()
  @RouteConfig({ access: 'operator', receivesFile: 'any' })
  @ApiBearerAuth('apiKey')
  @ApiCookieAuth('session')
  @ApiExtension('x-required-role', 'operator')
  @ApiOperation({ summary: 'Upload an attachment', description })
  @ApiConsumes('*/*', 'multipart/form-data')
  @ApiBody({ description: 'The file', schema: bodySchema })
  @Creates(attachment, 'The attachment')
  @Refuses(408, 'The file has stopped arriving (`upload-stalled`); nothing of it was kept')
  @Idempotent({ acts: 'upload' })
  upload(
    @Query({ schema: uploadQuery }) query: UploadQuery,
    @Req() request: FastifyRequest,
    @MakesOnce() making: Making,
  ) {
    return once(
      making,
      (id) => this.attachments.receive(request, id, query.filename),
      async (id) => {
        const found = await this.attachments.get(id);
        request.raw.resume();
        return found;
      },
    );
  }

  @Get(':id')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read what is known of an attachment' })
  @Answers(200, attachment, 'The attachment, without its bytes')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.attachments.get(id);
  }

  @Get(':id/content')
  @Requires('viewer')
  @ApiOperation({ summary: 'Download an attachment' })
  @ApiProduces('*/*')
  @HttpCode(200)
  @ApiResponse({
    status: 200,
    description: 'The file, byte by byte, of its own media type',
    schema: { type: 'string', format: 'binary' },
  })
  async content(@Param('id', { schema: idParam }) id: string, @Res() reply: FastifyReply) {
    const { attachment: file, sha256, pieces } = await this.attachments.content(id);
    await reply
      .header('Content-Type', file.contentType)
      .header('Content-Length', file.size)
      // An attachment even where browsers would show it: what somebody uploaded is no page of this server.
      .header('Content-Disposition', dispositionOf(file.filename))
      .header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
      .header('Repr-Digest', `sha-256=:${sha256.toString('base64')}:`)
      .send(Readable.from(pieces, { objectMode: false }));
  }
}

/** RFC 6266 and RFC 8187: the name in ASCII for what knows no better, and as it is. */
function dispositionOf(filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(filename).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
