import { Module } from '@nestjs/common';
import { RunsController } from './controller.js';
import { DeliveriesService } from './deliveries.js';
import { RunEvents } from './events.js';
import { RunsService } from './service.js';

@Module({
  controllers: [RunsController],
  providers: [RunsService, DeliveriesService, RunEvents],
  exports: [RunsService],
})
export class RunsModule {}
