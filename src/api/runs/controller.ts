import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Answers, ApiIdempotencyKey, Creates, Refuses } from '../common/answers.js';
import { AnswersCsv, sendCsv } from '../common/csv.js';
import { AsksForRun, type RunRequest } from '../common/idempotencyKey.js';
import { CurrentCaller, Requires, type Caller } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { DeliveriesService } from './deliveries.js';
import { RunEvents } from './events.js';
import {
  deliveryExportQuery,
  deliveryPage,
  deliveryQuery,
  run,
  runDetail,
  runPage,
  runQuery,
  uncertainAnswer,
  uncertainInput,
  type DeliveryFilters,
  type RunQuery,
  type UncertainInput,
} from './schemas.js';
import { RunsService } from './service.js';

const accepted =
  'Recorded; it takes effect within one batch of mails: each worker finishes what it holds, at most two a connection of each sender';

@ApiTags('Runs')
@Controller('api/v1/runs')
export class RunsController {
  constructor(
    @Inject(RunsService) private readonly runs: RunsService,
    @Inject(DeliveriesService) private readonly deliveries: DeliveriesService,
    @Inject(RunEvents) private readonly events: RunEvents,
  ) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List runs' })
  @Answers(200, runPage, 'A page of runs')
  list(@Query({ schema: runQuery }) query: RunQuery) {
    return this.runs.list(query);
  }

  @Get(':id')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read a run' })
  @Answers(200, runDetail, 'The run')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.runs.detail(id);
  }

  @Post(':id/pause')
  @Requires('operator')
  @ApiOperation({ summary: 'Pause a run' })
  @Answers(202, run, accepted)
  @Refuses(409, 'The run has ended, or is being stopped')
  pause(@Param('id', { schema: idParam }) id: string) {
    return this.runs.control(id, 'pause');
  }

  @Post(':id/resume')
  @Requires('operator')
  @ApiOperation({ summary: 'Resume a run that is paused, stopped or failed; nobody is mailed twice' })
  @Answers(202, run, 'Recorded; it goes on with what is left')
  @Refuses(409, 'The run is complete, or is being stopped')
  resume(@Param('id', { schema: idParam }) id: string) {
    return this.runs.control(id, 'run');
  }

  @Post(':id/stop')
  @Requires('operator')
  @ApiOperation({ summary: 'Stop a run: what is pending is cancelled' })
  @Answers(202, run, accepted)
  @Refuses(409, 'The run has ended')
  stop(@Param('id', { schema: idParam }) id: string) {
    return this.runs.control(id, 'stop');
  }

  @Post(':id/retry-failed')
  @Requires('operator')
  @ApiOperation({
    summary: 'Mail those again whose delivery failed in a run',
    description:
      'A new run, `retryOf` this one: the same content, by the senders that the campaign has now, to the addresses that the contacts have now. ' +
      'Suppressed addresses (hard bounces among them) and deleted contacts stay out, and whoever a later run of the campaign has reached ' +
      '(one to those who had not received it, or with the same content).',
  })
  @ApiIdempotencyKey()
  @Creates(run, 'The new run', { base: '/api/v1/runs', status: 202 })
  @Refuses(
    409,
    'The run or a retry of it has not ended (`runId` names it), nothing failed, or it is no run of a campaign',
  )
  retryFailed(@Param('id', { schema: idParam }) id: string, @AsksForRun() request: RunRequest) {
    return this.runs.retryFailed(id, request);
  }

  @Post(':id/uncertain')
  @Requires('operator')
  @ApiOperation({
    summary: 'Decide what became of uncertain deliveries',
    description:
      'The server did not answer after the message was handed over (RFC 1047): send it again, or assume that it arrived or did not.',
  })
  @Answers(200, uncertainAnswer, 'How many deliveries were decided')
  uncertain(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: uncertainInput }) input: UncertainInput,
    @CurrentCaller() caller: Caller,
  ) {
    return this.runs.resolveUncertain(id, input, caller);
  }

  @Get(':id/deliveries')
  @Requires('viewer')
  @ApiOperation({ summary: 'List the deliveries of a run' })
  @Answers(200, deliveryPage, 'A page of deliveries')
  listDeliveries(
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: deliveryQuery }) query: z.output<typeof deliveryQuery>,
  ) {
    return this.deliveries.list(id, query);
  }

  @Get(':id/deliveries.csv')
  @Requires('viewer')
  @ApiOperation({
    summary: 'Export the deliveries of a run',
    description: 'A field that a spreadsheet would run as a formula has an apostrophe before it.',
  })
  @AnswersCsv('One line a recipient, with a header line')
  async exportDeliveries(
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: deliveryExportQuery }) query: DeliveryFilters,
    @Res() reply: FastifyReply,
  ) {
    const lines = await this.deliveries.csv(id, query);
    await sendCsv(reply, `deliveries-${id.toLowerCase()}.csv`, lines);
  }

  @Get(':id/events')
  @Requires('viewer')
  @ApiOperation({
    summary: 'Watch a run (server-sent events)',
    description:
      'Events of type `run` hold the run: its present state at once, then each change. `end` follows when the run is final. A reader that connects again with `Last-Event-ID` is told only what it has not seen.',
  })
  @ApiHeader({ name: 'last-event-id', required: false, schema: { type: 'string' } })
  @HttpCode(200)
  @ApiResponse({ status: 200, description: 'A stream of events', content: { 'text/event-stream': {} } })
  async watch(
    @Param('id', { schema: idParam }) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    const stream = await this.events.open(id, lastEventId);
    await reply
      .type('text/event-stream; charset=utf-8')
      .headers({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
      .send(stream);
  }
}
