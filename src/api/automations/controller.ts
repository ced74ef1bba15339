import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Answers, AnswersNothing, ApiIdempotencyKey, Creates, Refuses } from '../common/answers.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { AsksForRun, type RunRequest } from '../common/idempotencyKey.js';
import { Requires } from '../common/roles.js';
import { idParam, line } from '../common/schemas.js';
import { run } from '../runs/schemas.js';
import { RunsService } from '../runs/service.js';
import {
  automation,
  automationInput,
  automationPage,
  automationChanges,
  automationReplacement,
  automationQuery,
  backfillAnswer,
  backfillInput,
  occurrencePage,
  occurrenceQuery,
  occurrenceTimeParam,
  previewScheduleInput,
  schedulePreview,
  type AutomationInput,
  type AutomationPatch,
  type AutomationQuery,
  type BackfillInput,
  type OccurrenceQuery,
  type PreviewScheduleInput,
} from './schemas.js';
import { AutomationsService } from './service.js';

const runInput = z
  .strictObject({
    audience: z.enum(['everyone', 'not-yet-received']).optional().meta({ description: "Default: the campaign's own" }),
  })
  .meta({ id: 'AutomationRunInput' })
  .optional();
const duplicateInput = z
  .strictObject({ name: line(200).optional() })
  .meta({ id: 'AutomationDuplicateInput' })
  .optional();

@ApiTags('Automations')
@Controller('api/v1/automations')
export class AutomationsController {
  constructor(
    @Inject(AutomationsService) private readonly automations: AutomationsService,
    @Inject(RunsService) private readonly runs: RunsService,
  ) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List automations' })
  @Answers(200, automationPage, 'A page of automations')
  list(@Query({ schema: automationQuery }) query: AutomationQuery) {
    return this.automations.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({
    summary: 'Create an automation',
    description: 'Accepted also while Temporal is away: `inSync` is then false until its Schedule exists.',
  })
  @Creates(automation, 'The automation')
  @Idempotent()
  create(@Body({ schema: automationInput }) input: AutomationInput, @MakesOnce() making: Making) {
    return once(
      making,
      (id) => this.automations.create(input, id),
      (id) => this.automations.get(id),
    );
  }

  @Post('preview-schedule')
  @Requires('viewer', { readsOnly: true })
  @ApiOperation({ summary: 'See what a schedule means: in words, its next occurrences, and what is odd about it' })
  @Answers(200, schedulePreview, 'What it means')
  previewSchedule(@Body({ schema: previewScheduleInput }) input: PreviewScheduleInput) {
    return this.automations.previewSchedule(input);
  }

  @Get(':id')
  @Versioned('read')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read an automation' })
  @Answers(200, automation, 'The automation')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.automations.get(id);
  }

  @Put(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Replace an automation' })
  @Answers(200, automation, 'The automation')
  replace(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: automationReplacement }) input: AutomationInput,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.automations.replace(id, input, condition);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Change an automation (JSON merge patch)' })
  @Answers(200, automation, 'The automation')
  patch(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: automationChanges }) patch: AutomationPatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.automations.patch(id, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Delete an automation; a run that goes on is not stopped' })
  @AnswersNothing('Deleted: no further occurrence runs. Past runs stay')
  delete(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.automations.delete(id, condition);
  }

  @Post(':id/pause')
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({ summary: 'Pause an automation: occurrences are passed over' })
  @Answers(200, automation, 'The automation')
  pause(@Param('id', { schema: idParam }) id: string) {
    return this.automations.pause(id);
  }

  @Post(':id/resume')
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({ summary: 'Resume an automation; occurrences that were passed over stay so' })
  @Answers(200, automation, 'The automation')
  @Refuses(409, 'Its schedule has ended')
  resume(@Param('id', { schema: idParam }) id: string) {
    return this.automations.resume(id);
  }

  @Post(':id/duplicate')
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({ summary: 'Copy an automation; the copy is paused' })
  @Creates(automation, 'The copy', { base: '/api/v1/automations' })
  @Idempotent()
  duplicate(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: duplicateInput }) input: z.output<typeof duplicateInput>,
    @MakesOnce() making: Making,
  ) {
    return once(
      making,
      (copyId) => this.automations.duplicate(id, input?.name, copyId),
      (copyId) => this.automations.get(copyId),
    );
  }

  @Post(':id/runs')
  @Requires('operator')
  @ApiOperation({ summary: 'Run an automation now, whether it is paused or not' })
  @ApiIdempotencyKey()
  @Creates(run, 'The run', { base: '/api/v1/runs', status: 202 })
  run(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: runInput }) input: z.output<typeof runInput>,
    @AsksForRun() request: RunRequest,
  ) {
    return this.runs.start({ automationId: id }, request, input?.audience);
  }

  @Post(':id/backfill')
  @Requires('operator')
  @ApiOperation({
    summary: 'Run the occurrences of a past window that have not run',
    description:
      'By the present schedule, at most 100 occurrences. What has run is never run again, however often a window is backfilled.',
  })
  @Answers(202, backfillAnswer, 'The occurrences of the window and their runs')
  @Idempotent({ acts: 'run' })
  backfill(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: backfillInput }) input: BackfillInput,
    @Req() request: FastifyRequest,
  ) {
    return this.automations.backfill(id, input, request.id);
  }

  @Get(':id/occurrences')
  @Requires('viewer')
  @ApiOperation({ summary: 'Account for the occurrences of a window: ran, skipped, missed, paused over, or to come' })
  @Answers(200, occurrencePage, 'A page of occurrences, earliest first')
  occurrences(
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: occurrenceQuery }) query: OccurrenceQuery,
  ) {
    return this.automations.occurrences(id, query);
  }

  @Post(':id/occurrences/:scheduledFor/run')
  @Requires('operator')
  @ApiOperation({
    summary: 'Run an occurrence that has no run',
    description:
      'One that was missed, skipped or paused over, also while the automation is paused. Its key is its own, so it runs once however often this is asked for; asking again answers the same run.',
  })
  @Creates(run, 'The run', { base: '/api/v1/runs', status: 202 })
  @Refuses(404, 'There is no such automation, or it had no occurrence at that time')
  @Refuses(409, 'The occurrence is still to come, or its Schedule has run it (`runId` names the run)')
  runOccurrence(
    @Param('id', { schema: idParam }) id: string,
    @Param('scheduledFor', { schema: occurrenceTimeParam }) scheduledFor: Date,
    @Req() request: FastifyRequest,
  ) {
    return this.automations.runOccurrence(id, scheduledFor, request.id);
  }
}
