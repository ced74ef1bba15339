import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers } from '../common/answers.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { notification, notificationPage, notificationQuery, readAllAnswer } from './schemas.js';
import { NotificationsService } from './service.js';

@ApiTags('Notifications')
@Controller('api/v1/notifications')
export class NotificationsController {
  constructor(@Inject(NotificationsService) private readonly notifications: NotificationsService) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List notifications, newest first' })
  @Answers(200, notificationPage, 'A page of notifications')
  list(@Query({ schema: notificationQuery }) query: z.output<typeof notificationQuery>) {
    return this.notifications.list(query);
  }

  @Post('read')
  @Requires('operator')
  @ApiOperation({ summary: 'Mark all notifications as read' })
  @Answers(200, readAllAnswer, 'How many were marked')
  readAll() {
    return this.notifications.readAll();
  }

  @Post(':id/read')
  @Requires('operator')
  @ApiOperation({ summary: 'Mark a notification as read' })
  @Answers(200, notification, 'The notification')
  read(@Param('id', { schema: idParam }) id: string) {
    return this.notifications.read(id);
  }
}
