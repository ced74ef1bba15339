import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from '../common/answers.js';
import { Public } from '../common/roles.js';
import { MetricsService } from './metrics.js';
import { ReadinessService } from './readiness.js';

const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const part = z.object({ ok: z.boolean(), reason: z.string().optional(), milliseconds: z.number().int() });
const readiness = z
  .object({ status: z.enum(['ready', 'not-ready']), parts: z.object({ postgres: part, temporal: part }) })
  .meta({ id: 'Readiness' });

@ApiTags('System')
@Controller()
export class SystemController {
  constructor(
    @Inject(ReadinessService) private readonly ready: ReadinessService,
    @Inject(MetricsService) private readonly metricsService: MetricsService,
  ) {}

  @Get('healthz')
  @Public()
  @ApiOperation({ summary: 'Whether the process answers' })
  @Answers(200, health, 'It does')
  healthz() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @ApiOperation({ summary: 'Whether PostgreSQL and Temporal answer' })
  @Answers(200, readiness, 'Both do')
  @ApiResponse({ status: 503, description: 'One does not; `parts` says which', standardSchema: readiness })
  async readyz(@Res({ passthrough: true }) reply: FastifyReply) {
    const state = await this.ready.check();
    if (state.status === 'not-ready') void reply.code(503).header('Retry-After', '5');
    return state;
  }

  @Get('metrics')
  @Public()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus metrics' })
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, description: 'Text exposition format', schema: { type: 'string' } })
  metrics() {
    return this.metricsService.registry.metrics();
  }

  @Get('favicon.ico')
  @Public()
  @ApiExcludeEndpoint()
  favicon(@Res() reply: FastifyReply) {
    void reply.code(204).send();
  }
}
