import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/module.js';
import { OverviewController } from './controller.js';
import { OverviewService } from './service.js';

@Module({ imports: [RunsModule], controllers: [OverviewController], providers: [OverviewService] })
export class OverviewModule {}
