import { Module } from '@nestjs/common';
import { ApiKeysController } from './controller.js';
import { ApiKeysService } from './service.js';

@Module({ controllers: [ApiKeysController], providers: [ApiKeysService] })
export class ApiKeysModule {}
