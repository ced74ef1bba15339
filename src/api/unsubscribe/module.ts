import { Module } from '@nestjs/common';
import { UnsubscribeController } from './controller.js';
import { UnsubscribeService } from './service.js';

@Module({ controllers: [UnsubscribeController], providers: [UnsubscribeService] })
export class UnsubscribeModule {}
