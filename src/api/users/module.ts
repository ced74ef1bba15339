import { Module } from '@nestjs/common';
import { UsersController } from './controller.js';
import { UsersService } from './service.js';

@Module({ controllers: [UsersController], providers: [UsersService] })
export class UsersModule {}
