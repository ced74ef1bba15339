import { Module } from '@nestjs/common';
import { AuditController } from './controller.js';
import { AuditService } from './service.js';

@Module({ controllers: [AuditController], providers: [AuditService] })
export class AuditModule {}
