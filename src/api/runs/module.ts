import { Module } from '@nestjs/common';
import { RunsController } from './controller.js';
import { DeliveriesService } from './deliveries.js';
import { RunEvents } from './events.js';
import { RunProofController } from './proof.js';
import { RunsService } from './service.js';

@Module({
  controllers: [RunsController, RunProofController],
  providers: [RunsService, DeliveriesService, RunEvents],
  exports: [RunsService],
})
export class RunsModule {}
