import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/module.js';
import { AutomationsController } from './controller.js';
import { AutomationsService } from './service.js';

@Module({ imports: [RunsModule], controllers: [AutomationsController], providers: [AutomationsService] })
export class AutomationsModule {}
