import { Module } from '@nestjs/common';
import { AttachmentsController } from './controller.js';
import { AttachmentsService } from './service.js';

@Module({ controllers: [AttachmentsController], providers: [AttachmentsService] })
export class AttachmentsModule {}
