import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers, AnswersNothing, Creates, Refuses } from '../common/answers.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import {
  webhook,
  webhookChanges,
  webhookDelivery,
  webhookDeliveryDetail,
  webhookDeliveryPage,
  webhookDeliveryQuery,
  webhookInput,
  webhookListQuery,
  webhookPage,
  webhookReplacement,
  webhookWithSecret,
  type WebhookInput,
  type WebhookPatch,
} from './schemas.js';
import { WebhooksService } from './service.js';

const disabled = 'The webhook is disabled, or its signing secret cannot be read (`secret-unreadable`)';

// URLs of webhooks are often secrets themselves (whoever knows one may post there), so viewers do not see them.
@ApiTags('Webhooks')
@Controller('api/v1/webhooks')
export class WebhooksController {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  @Get()
  @Requires('operator')
  @ApiOperation({ summary: 'List webhooks' })
  @Answers(200, webhookPage, 'A page of webhooks, without their secrets')
  list(@Query({ schema: webhookListQuery }) query: z.output<typeof webhookListQuery>) {
    return this.webhooks.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('admin')
  @ApiOperation({ summary: 'Create a webhook' })
  @Creates(webhookWithSecret, 'The webhook with its secret, which is shown this once')
  @Idempotent()
  create(@Body({ schema: webhookInput }) input: WebhookInput, @MakesOnce() making: Making) {
    return once<object>(
      making,
      (id) => this.webhooks.create(input, id),
      (id) => this.webhooks.get(id),
    );
  }

  @Get(':id')
  @Versioned('read')
  @Requires('operator')
  @ApiOperation({ summary: 'Read a webhook' })
  @Answers(200, webhook, 'The webhook, without its secret')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.webhooks.get(id);
  }

  @Put(':id')
  @Versioned('write')
  @Requires('admin')
  @ApiOperation({ summary: 'Replace a webhook; its secret stays' })
  @Answers(200, webhook, 'The webhook, without its secret')
  replace(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: webhookReplacement }) input: WebhookInput,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.webhooks.replace(id, input, condition);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('admin')
  @ApiOperation({ summary: 'Change a webhook (JSON merge patch)' })
  @Answers(200, webhook, 'The webhook, without its secret')
  patch(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: webhookChanges }) patch: WebhookPatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.webhooks.patch(id, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('admin')
  @ApiOperation({ summary: 'Delete a webhook and its log' })
  @AnswersNothing('Deleted: nothing more is sent')
  delete(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.webhooks.delete(id, condition);
  }

  @Post(':id/rotate-secret')
  @Versioned('write')
  @Requires('admin')
  @ApiOperation({ summary: 'Give a webhook a new secret; for 24 hours the one before signs too' })
  @Answers(200, webhookWithSecret, 'The webhook with its new secret, which is shown this once')
  @Idempotent({ acts: 'run' })
  rotateSecret(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.webhooks.rotateSecret(id, condition);
  }

  @Post(':id/test')
  @Requires('operator')
  @ApiOperation({ summary: 'Send a `webhook.test` event' })
  @Answers(202, webhookDelivery, 'The event; read it again to see what became of it')
  @Refuses(409, disabled)
  @Idempotent()
  test(@Param('id', { schema: idParam }) id: string, @MakesOnce() making: Making) {
    return once<object>(
      making,
      (deliveryId) => this.webhooks.test(id, deliveryId),
      (deliveryId) => this.webhooks.delivery(id, deliveryId),
    );
  }

  @Get(':id/deliveries')
  @Requires('operator')
  @ApiOperation({ summary: 'List what a webhook was told of in the last 30 days, newest first' })
  @Answers(200, webhookDeliveryPage, 'A page of events and what became of them')
  deliveries(
    @Param('id', { schema: idParam }) id: string,
    @Query({ schema: webhookDeliveryQuery }) query: z.output<typeof webhookDeliveryQuery>,
  ) {
    return this.webhooks.deliveries(id, query);
  }

  @Get(':id/deliveries/:deliveryId')
  @Requires('operator')
  @ApiOperation({ summary: 'Read an event, with its data' })
  @Answers(200, webhookDeliveryDetail, 'The event and what became of it')
  delivery(@Param('id', { schema: idParam }) id: string, @Param('deliveryId', { schema: idParam }) deliveryId: string) {
    return this.webhooks.delivery(id, deliveryId);
  }

  @Post(':id/deliveries/:deliveryId/redeliver')
  @Requires('operator')
  @ApiOperation({ summary: 'Send an event again, whatever became of it' })
  @Answers(202, webhookDelivery, 'It is sent now, under the same `webhook-id`')
  @Refuses(409, disabled)
  @Idempotent({ acts: 'run' })
  redeliver(
    @Param('id', { schema: idParam }) id: string,
    @Param('deliveryId', { schema: idParam }) deliveryId: string,
  ) {
    return this.webhooks.redeliver(id, deliveryId);
  }
}
