import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers, AnswersNothing, Creates, Refuses } from '../common/answers.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { pageQuery, sortQuery } from '../common/pagination.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import {
  sender,
  senderInput,
  senderPage,
  senderChanges,
  senderReplacement,
  senderTest,
  senderTestInput,
  senderUsage,
  senderUsageQuery,
  type SenderInput,
  type SenderPatch,
} from './schemas.js';
import { SendersService } from './service.js';
import { SenderTestService } from './testService.js';

const listQuery = pageQuery.extend({ sort: sortQuery(['createdAt', 'name'], '-createdAt') });

@ApiTags('Senders')
@Controller('api/v1/senders')
export class SendersController {
  constructor(
    @Inject(SendersService) private readonly senders: SendersService,
    @Inject(SenderTestService) private readonly tests: SenderTestService,
  ) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List senders' })
  @Answers(200, senderPage, 'A page of senders')
  list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>) {
    return this.senders.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({ summary: 'Create a sender' })
  @Creates(sender, 'The sender, without its secrets')
  @Idempotent()
  create(@Body({ schema: senderInput }) input: SenderInput, @MakesOnce() making: Making) {
    return once(
      making,
      (id) => this.senders.create(input, id),
      (id) => this.senders.get(id),
    );
  }

  @Get(':id')
  @Versioned('read')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read a sender' })
  @Answers(200, sender, 'The sender, without its secrets')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.senders.get(id);
  }

  @Put(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Replace a sender; secrets that are absent stay as they are' })
  @Answers(200, sender, 'The sender, without its secrets')
  replace(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: senderReplacement }) input: SenderInput,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.senders.replace(id, input, condition);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Change a sender (JSON merge patch)' })
  @Answers(200, sender, 'The sender, without its secrets')
  patch(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: senderChanges }) patch: SenderPatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.senders.patch(id, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Delete a sender' })
  @AnswersNothing('Deleted; past runs still name it')
  @Refuses(409, 'Campaigns or automations use it (`usedBy` names them), or a run that has not ended')
  delete(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.senders.delete(id, condition);
  }

  @Get(':id/usage')
  @Requires('viewer')
  @ApiOperation({ summary: 'How much of its limits a sender has used, and when it may send next' })
  @Answers(200, senderUsage, 'Over all workers')
  usage(
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: senderUsageQuery }) query: z.output<typeof senderUsageQuery>,
  ) {
    return this.senders.usage(id, query.minutes);
  }

  @Post(':id/test')
  @Requires('operator')
  @ApiOperation({ summary: 'Send a test mail, step by step' })
  @Answers(
    200,
    senderTest,
    'How far it got. A server that refuses is an answer too: `ok` is false, and the steps say why',
  )
  @Idempotent({ acts: 'send' })
  test(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: senderTestInput }) input: z.output<typeof senderTestInput>,
    @MakesOnce() making: Making,
  ) {
    return this.tests.test(id, input.to, making.id);
  }
}
