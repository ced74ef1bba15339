import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers, AnswersNothing, ApiIdempotencyKey, Creates, Refuses } from '../common/answers.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { AsksForRun, type RunRequest } from '../common/idempotencyKey.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { run } from '../runs/schemas.js';
import { RunsService } from '../runs/service.js';
import { contentBodyLimit } from '../templates/schemas.js';
import { CampaignCheckService } from './check.js';
import { CampaignMailsService } from './mails.js';
import {
  campaign,
  campaignCheck,
  campaignInput,
  campaignPage,
  campaignChanges,
  campaignReplacement,
  campaignPreview,
  campaignPreviewInput,
  campaignQuery,
  campaignRunInput,
  duplicateInput,
  relaunchInput,
  testSendAnswer,
  testSendInput,
  type CampaignInput,
  type CampaignPatch,
  type CampaignPreviewInput,
  type CampaignQuery,
  type TestSendInput,
} from './schemas.js';
import { CampaignsService } from './service.js';

const large = { bodyLimit: contentBodyLimit };

/** Bodies of actions may be left out. */
const optionalRunInput = campaignRunInput.optional();
const optionalDuplicateInput = duplicateInput.optional();
const optionalPreviewInput = campaignPreviewInput.optional();

@ApiTags('Campaigns')
@Controller('api/v1/campaigns')
export class CampaignsController {
  constructor(
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(CampaignCheckService) private readonly checks: CampaignCheckService,
    @Inject(CampaignMailsService) private readonly mails: CampaignMailsService,
    @Inject(RunsService) private readonly runs: RunsService,
  ) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List campaigns' })
  @Answers(200, campaignPage, 'A page of campaigns')
  list(@Query({ schema: campaignQuery }) query: CampaignQuery) {
    return this.campaigns.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('operator', large)
  @ApiOperation({ summary: 'Create a campaign' })
  @Creates(campaign, 'The campaign')
  @Idempotent()
  create(@Body({ schema: campaignInput }) input: CampaignInput, @MakesOnce() making: Making) {
    return once(
      making,
      (id) => this.campaigns.create(input, id),
      (id) => this.campaigns.get(id),
    );
  }

  @Get(':id')
  @Versioned('read')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read a campaign' })
  @Answers(200, campaign, 'The campaign')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.campaigns.get(id);
  }

  @Put(':id')
  @Versioned('write')
  @Requires('operator', large)
  @ApiOperation({ summary: 'Replace a campaign; runs that have begun keep what they fixed' })
  @Answers(200, campaign, 'The campaign')
  replace(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: campaignReplacement }) input: CampaignInput,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.campaigns.replace(id, input, condition);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('operator', large)
  @ApiOperation({ summary: 'Change a campaign (JSON merge patch); runs that have begun keep what they fixed' })
  @Answers(200, campaign, 'The campaign')
  patch(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: campaignChanges }) patch: CampaignPatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.campaigns.patch(id, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Delete a campaign' })
  @AnswersNothing('Deleted; past runs still name it')
  @Refuses(409, 'Automations use it (`usedBy` names them), or a run of it has not ended')
  delete(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.campaigns.delete(id, condition);
  }

  @Post(':id/duplicate')
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({ summary: 'Copy a campaign' })
  @Creates(campaign, 'The copy', { base: '/api/v1/campaigns' })
  @Idempotent()
  duplicate(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: optionalDuplicateInput }) input: z.output<typeof optionalDuplicateInput>,
    @MakesOnce() making: Making,
  ) {
    return once(
      making,
      (copyId) => this.campaigns.duplicate(id, input?.name, copyId),
      (copyId) => this.campaigns.get(copyId),
    );
  }

  @Post(':id/preview')
  @Requires('viewer', { readsOnly: true })
  @ApiOperation({ summary: 'Render a campaign for a contact' })
  @Answers(200, campaignPreview, 'Subject, HTML and text as the contact would get them')
  @Refuses(409, 'Its template has been deleted')
  preview(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: optionalPreviewInput }) input: CampaignPreviewInput | undefined,
  ) {
    return this.mails.preview(id, input ?? {});
  }

  @Post(':id/check')
  @Requires('viewer', { readsOnly: true })
  @ApiOperation({ summary: 'Find out what a run would do: recipients, missing values, size, senders, duration' })
  @Answers(200, campaignCheck, 'The figures, and what stands in the way')
  check(@Param('id', { schema: idParam }) id: string) {
    return this.checks.check(id);
  }

  @Post(':id/test-send')
  @Requires('operator')
  @ApiOperation({
    summary: 'Send test mails',
    description:
      'Real mails by the first sender, marked by "[Test]" in the subject and the header X-Oncemail-Test. They are no deliveries: no run, no counts, no suppressions.',
  })
  @Answers(200, testSendAnswer, 'What became of each mail')
  @Refuses(
    409,
    'Its template has been deleted, it has no sender, or the DKIM key of that cannot be read (`secret-unreadable`)',
  )
  @Idempotent({ acts: 'send' })
  testSend(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: testSendInput }) input: TestSendInput,
    @MakesOnce() making: Making,
  ) {
    return this.mails.testSend(id, input, making.id);
  }

  @Post(':id/relaunch')
  @Requires('operator')
  @ApiOperation({
    summary: 'Send a campaign again',
    description:
      "To those who have not received it, or to everyone: one of the two must be said. Unlike `runs`, it is refused while any run of the campaign has not ended, so that nobody is mailed by two at once. An automation's coming occurrences are not affected.",
  })
  @ApiIdempotencyKey()
  @Creates(run, 'The run', { base: '/api/v1/runs', status: 202 })
  @Refuses(409, 'A run of the campaign has not ended; `runId` names it')
  relaunch(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: relaunchInput }) input: z.output<typeof relaunchInput>,
    @AsksForRun() request: RunRequest,
  ) {
    return this.runs.relaunch(id, input.audience, request);
  }

  @Post(':id/runs')
  @Requires('operator')
  @ApiOperation({ summary: 'Run a campaign now' })
  @ApiIdempotencyKey()
  @Creates(run, 'The run', { base: '/api/v1/runs', status: 202 })
  run(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: optionalRunInput }) input: z.output<typeof optionalRunInput>,
    @AsksForRun() request: RunRequest,
  ) {
    return this.runs.start({ campaignId: id }, request, input?.audience);
  }
}
