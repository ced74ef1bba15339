import { Body, Controller, Delete, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, AnswersNothing, Creates } from '../common/answers.js';
import { Requires } from '../common/roles.js';
import {
  suppression,
  suppressionInput,
  suppressionPage,
  suppressionParam,
  suppressionQuery,
  suppressionsAdded,
  suppressionsInput,
  type SuppressionInput,
  type SuppressionQuery,
  type SuppressionsInput,
} from './schemas.js';
import { SuppressionsService } from './service.js';

@ApiTags('Suppressions')
@Controller('api/v1/suppressions')
export class SuppressionsController {
  constructor(@Inject(SuppressionsService) private readonly suppressions: SuppressionsService) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List suppressions' })
  @Answers(200, suppressionPage, 'A page of suppressions')
  list(@Query({ schema: suppressionQuery }) query: SuppressionQuery) {
    return this.suppressions.list(query);
  }

  @Post()
  @Requires('operator')
  @ApiOperation({
    summary: 'Suppress an address',
    description:
      'It gets no mail from now on, in runs that are under way too. Suppressing again keeps the first date and the stronger reason.',
  })
  @Creates(suppression, 'The suppression')
  add(@Body({ schema: suppressionInput }) input: SuppressionInput) {
    return this.suppressions.add(input);
  }

  @Post('bulk')
  @Requires('operator')
  @ApiOperation({ summary: 'Suppress up to 1,000 addresses, all or none' })
  @Answers(200, suppressionsAdded, 'What has changed')
  addAll(@Body({ schema: suppressionsInput }) input: SuppressionsInput) {
    return this.suppressions.addAll(input);
  }

  @Get(':email')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read the suppression of an address' })
  @Answers(200, suppression, 'The suppression; 404: the address is not suppressed')
  get(@Param('email', { schema: suppressionParam }) email: string) {
    return this.suppressions.get(email);
  }

  @Delete(':email')
  @Requires('operator')
  @ApiOperation({ summary: 'End a suppression: the address may be mailed again' })
  @AnswersNothing('No longer suppressed')
  delete(@Param('email', { schema: suppressionParam }) email: string) {
    return this.suppressions.delete(email);
  }
}
