import { Module } from '@nestjs/common';
import { WorkflowTypesController } from './controller.js';

@Module({ controllers: [WorkflowTypesController] })
export class WorkflowTypesModule {}
