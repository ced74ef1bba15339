import { Module } from '@nestjs/common';
import { SystemController } from './controller.js';
import { MetricsService } from './metrics.js';
import { ReadinessService } from './readiness.js';

@Module({ controllers: [SystemController], providers: [ReadinessService, MetricsService], exports: [MetricsService] })
export class SystemModule {}
