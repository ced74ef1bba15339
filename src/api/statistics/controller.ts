import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answers.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { runStatistics, statistics, statisticsQuery, type StatisticsQuery } from './schemas.js';
import { StatisticsService } from './service.js';

@ApiTags('Statistics')
@Controller('api/v1')
export class StatisticsController {
  constructor(@Inject(StatisticsService) private readonly service: StatisticsService) {}

  @Get('statistics/sent')
  @Requires('viewer')
  @ApiOperation({
    summary: 'What became of deliveries, by hour, day, sender or state',
    description:
      'Counts deliveries by when they were sent, failed, were skipped or cancelled, or became uncertain: all runs, or those of an automation, a campaign ' +
      'or a sender. Cheap to read however much was sent, and kept when the deliveries of old runs are dropped.',
  })
  @Answers(200, statistics, 'The sums')
  read(@Query({ schema: statisticsQuery }) query: StatisticsQuery) {
    return this.service.read(query);
  }

  @Get('runs/:id/statistics')
  @Requires('viewer')
  @ApiOperation({
    summary: 'The curve of a run: what became of its deliveries over time',
    description:
      'A run that goes on is counted at most once a second, and less often the longer counting takes (a minute at most lies between two counts). Who asks while it is ' +
      'being counted for somebody else gets the figures before; `asOf` says of when they are.',
  })
  @Answers(200, runStatistics, 'The curve')
  ofRun(@Param('id', { schema: idParam }) id: string) {
    return this.service.ofRun(id);
  }
}
