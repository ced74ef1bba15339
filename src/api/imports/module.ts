import { Module } from '@nestjs/common';
import { ImportsController } from './controller.js';
import { ImportsService } from './service.js';

@Module({ controllers: [ImportsController], providers: [ImportsService] })
export class ImportsModule {}
