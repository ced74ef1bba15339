import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Client } from '@temporalio/client';
import {
  LogController,
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  type RawRequestDefaultExpression,
} from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Database } from '../ledger/database.js';
import { createSecretBox } from '../mail/secrets.js';
import { taskQueue } from '../temporal/connect.js';
import { Runs } from '../temporal/runs.js';
import { ScheduleSync } from '../temporal/scheduleSync.js';
import { ApiKeysModule } from './apiKeys/module.js';
import { AttachmentsModule } from './attachments/module.js';
import { registerUploads } from './attachments/upload.js';
import { AuditModule } from './audit/module.js';
import { registerAudit } from './audit/record.js';
import { AutomationsModule } from './automations/module.js';
import { registerAuthentication } from './auth/authenticate.js';
import { CampaignsModule } from './campaigns/module.js';
import { LocationInterceptor } from './common/answers.js';
import { registerJsonBody } from './common/jsonBody.js';
import { nestLogger } from './common/nestLogger.js';
import { buildOpenApi } from './common/openapi.js';
import { Preparation, registerPreparation } from './common/preparation.js';
import { ProblemFilter, sendProblem } from './common/problemFilter.js';
import { problemFromError } from './common/problemFromError.js';
import { problemTypes, type ProblemType } from './common/problems.js';
import { watchRoutes } from './common/routes.js';
import { registerRateLimit } from './common/rateLimit.js';
import { registerSecurityHeaders, securityHeaders } from './common/securityHeaders.js';
import { CONFIG, DATABASE, LOGGER, PREPARATION, RUNS, SCHEDULE_SYNC, SECRETS, TEMPORAL } from './common/tokens.js';
import { registerUnreadBodies } from './common/unreadBodies.js';
import { ValidationPipe } from './common/validation.js';
import { ContactsModule } from './contacts/module.js';
import { registerFileBody } from './imports/fileBody.js';
import { ImportsModule } from './imports/module.js';
import { ListsModule } from './lists/module.js';
import { NotificationsModule } from './notifications/module.js';
import { OverviewModule } from './overview/module.js';
import { RunsModule } from './runs/module.js';
import { SendersModule } from './senders/module.js';
import { SessionModule } from './session/module.js';
import { StatisticsModule } from './statistics/module.js';
import { MetricsService } from './system/metrics.js';
import { SuppressionsModule } from './suppressions/module.js';
import { SystemModule } from './system/module.js';
import { TemplatesModule } from './templates/module.js';
import { registerUnsubscribeForms } from './unsubscribe/formBody.js';
import { UnsubscribeModule } from './unsubscribe/module.js';
import { version } from './version.js';
import { UsersModule } from './users/module.js';
import { registerPages } from './web/pages.js';
import { WebhooksModule } from './webhooks/module.js';
import { WorkflowTypesModule } from './workflowTypes/module.js';

/** What an API process is made of. The caller owns these and closes them after the application. */
export interface AppDependencies {
  config: Config;
  database: Database;
  /** May be unreachable: routes that need Temporal then answer 503. */
  temporal: Client;
  logger: Logger;
  /** What the database still has to go through; absent: it is ready. */
  preparation?: Preparation;
}

/** The dependencies, for every module to inject by token. */
@Module({})
class DependenciesModule {
  static of(deps: AppDependencies): DynamicModule {
    const providers: Provider[] = [
      { provide: CONFIG, useValue: deps.config },
      { provide: DATABASE, useValue: deps.database },
      { provide: TEMPORAL, useValue: deps.temporal },
      { provide: LOGGER, useValue: deps.logger },
      { provide: PREPARATION, useValue: deps.preparation ?? Preparation.done },
      { provide: SECRETS, useFactory: () => createSecretBox(deps.config.secretKey) },
      { provide: RUNS, useFactory: () => new Runs(deps.database, deps.temporal, taskQueue()) },
      { provide: SCHEDULE_SYNC, useFactory: () => new ScheduleSync(deps.database, deps.temporal, taskQueue()) },
    ];
    return { module: DependenciesModule, global: true, providers, exports: providers };
  }
}

/** The modules of the API, one a resource. */
const resources = [
  SystemModule,
  OverviewModule,
  AutomationsModule,
  RunsModule,
  StatisticsModule,
  CampaignsModule,
  TemplatesModule,
  AttachmentsModule,
  SendersModule,
  ListsModule,
  ContactsModule,
  ImportsModule,
  SuppressionsModule,
  UnsubscribeModule,
  NotificationsModule,
  WebhooksModule,
  WorkflowTypesModule,
  UsersModule,
  SessionModule,
  ApiKeysModule,
  AuditModule,
];

@Module({})
class AppModule {
  static of(deps: AppDependencies): DynamicModule {
    return { module: AppModule, imports: [DependenciesModule.of(deps), ...resources] };
  }
}

/** What is answered to a request whose headers could not be read, by the code of Node's error. */
function unreadable(code: string): readonly [string, ProblemType, string] {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return ['431 Request Header Fields Too Large', 'malformed-request', 'The headers are too large.'];
  }
  // Node's server.headersTimeout: a minute.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return ['408 Request Timeout', 'request-timeout', 'The headers did not arrive within a minute.'];
  }
  return ['400 Bad Request', 'malformed-request', 'This is not HTTP/1.1 as RFC 9112 defines it.'];
}

/** A body of JSON, in bytes, unless a route declares another limit. */
const jsonLimit = 1024 * 1024;
const requestIdPattern = /^[\w.:-]{1,100}$/;

/**
 * Assembles the API: ready to `listen()` or `inject()`, connected to nothing by itself.
 * @throws when a route declares no access.
 */
export async function createApp(deps: AppDependencies): Promise<NestFastifyApplication> {
  const { config, database, logger } = deps;
  const https = config.publicUrl.startsWith('https:');
  const adapter = new FastifyAdapter({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: jsonLimit,
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // The address of a client counts for throttling and the audit log: only proxies on private networks may say what it is.
    trustProxy: config.production ? ['loopback', 'linklocal', 'uniquelocal'] : false,
    genReqId: (request: RawRequestDefaultExpression) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
    },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      // No hook has run: there is no route, as the address cannot be read.
      void reply.headers({ 'X-Request-Id': request.id, ...securityHeaders(https, false) });
      void sendProblem(problemFromError(error), request, reply);
    },
    clientErrorHandler: (error, socket) => {
      if (!socket.writable) return;
      const [status, type, detail] = unreadable(error.code);
      const { title } = problemTypes[type];
      const body = JSON.stringify({ type: `/problems/${type}`, title, status: Number(status.slice(0, 3)), detail });
      socket.end(
        `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 20_000 },
  });
  const fastify = adapter.getInstance();
  const routes = watchRoutes(fastify);
  registerUnreadBodies(fastify);
  registerSecurityHeaders(fastify, https);
  registerPreparation(fastify, deps.preparation ?? Preparation.done);
  registerAuthentication(fastify, database, config.publicUrl);
  registerRateLimit(fastify, config.requestsPerMinute);
  registerAudit(fastify, database, logger);
  registerJsonBody(fastify);
  registerFileBody(fastify);
  registerUploads(fastify);
  registerUnsubscribeForms(fastify);
  fastify.addHook('onResponse', async (request, reply) => {
    logger.debug(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        caller: request.caller?.name,
      },
      'request',
    );
  });

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(deps), adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger, routes.allowedMethods));
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalInterceptors(new LocationInterceptor());
  app.get(MetricsService).observe(fastify);

  await registerPages(fastify, config, () => buildOpenApi(app, version));
  await app.init();
  await fastify.ready();
  return app;
}
