import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers } from '../common/answers.js';
import { Requires } from '../common/roles.js';
import { overview, overviewQuery } from './schemas.js';
import { OverviewService } from './service.js';

@ApiTags('Overview')
@Controller('api/v1/overview')
export class OverviewController {
  constructor(@Inject(OverviewService) private readonly service: OverviewService) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'The figures of the dashboard' })
  @Answers(200, overview, 'As of now')
  read(@Query({ schema: overviewQuery }) query: z.output<typeof overviewQuery>) {
    return this.service.read(query.timeZone);
  }
}
