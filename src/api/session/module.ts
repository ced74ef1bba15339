import { Module } from '@nestjs/common';
import { SessionController } from './controller.js';
import { SessionService } from './service.js';

@Module({ controllers: [SessionController], providers: [SessionService] })
export class SessionModule {}
