import { Module } from '@nestjs/common';
import { StatisticsController } from './controller.js';
import { StatisticsService } from './service.js';

@Module({ controllers: [StatisticsController], providers: [StatisticsService] })
export class StatisticsModule {}
