import { Module } from '@nestjs/common';
import { TemplatesController } from './controller.js';
import { TemplatesService } from './service.js';

@Module({ controllers: [TemplatesController], providers: [TemplatesService] })
export class TemplatesModule {}
