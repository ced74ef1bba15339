import { Module } from '@nestjs/common';
import { SuppressionsController } from './controller.js';
import { SuppressionsService } from './service.js';

@Module({ controllers: [SuppressionsController], providers: [SuppressionsService] })
export class SuppressionsModule {}
