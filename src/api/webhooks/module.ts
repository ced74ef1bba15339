import { Module } from '@nestjs/common';
import { WebhooksController } from './controller.js';
import { WebhooksService } from './service.js';

@Module({ controllers: [WebhooksController], providers: [WebhooksService] })
export class WebhooksModule {}
