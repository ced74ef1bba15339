import { Module } from '@nestjs/common';
import { NotificationsController } from './controller.js';
import { NotificationsService } from './service.js';

@Module({ controllers: [NotificationsController], providers: [NotificationsService] })
export class NotificationsModule {}
