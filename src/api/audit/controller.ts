import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answers.js';
import { Requires } from '../common/roles.js';
import { auditPage, auditQuery, type AuditQuery } from './schemas.js';
import { AuditService } from './service.js';

@ApiTags('Audit')
@Controller('api/v1/audit')
export class AuditController {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Get()
  @Requires('admin')
  @ApiOperation({ summary: 'List who did what, newest first' })
  @Answers(200, auditPage, 'A page of entries')
  list(@Query({ schema: auditQuery }) query: AuditQuery) {
    return this.audit.list(query);
  }
}
