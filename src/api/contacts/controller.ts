import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers, AnswersNothing, Creates, Refuses } from '../common/answers.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { pageQuery } from '../common/pagination.js';
import { Requires } from '../common/roles.js';
import { id, idParam } from '../common/schemas.js';
import { ContactDeliveriesService } from './deliveries.js';
import {
  contact,
  contactChanges,
  contactDeliveryPage,
  contactInput,
  contactPage,
  contactQuery,
  contactReplacement,
  type ContactInput,
  type ContactPatch,
  type ContactReplacement,
} from './schemas.js';
import { ContactsService } from './service.js';

const listQuery = contactQuery.extend({
  listId: id.optional().meta({ description: 'Only members of this list', openapi: { type: 'string', format: 'uuid' } }),
});

@ApiTags('Contacts')
@Controller('api/v1/contacts')
export class ContactsController {
  constructor(
    @Inject(ContactsService) private readonly contacts: ContactsService,
    @Inject(ContactDeliveriesService) private readonly deliveries: ContactDeliveriesService,
  ) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List contacts' })
  @Answers(200, contactPage, 'A page of contacts')
  list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>) {
    return this.contacts.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({ summary: 'Create a contact' })
  @Creates(contact, 'The contact')
  @Refuses(409, 'Another contact has the address; `contactId` names it')
  @Idempotent()
  create(@Body({ schema: contactInput }) input: ContactInput, @MakesOnce() making: Making) {
    return once(
      making,
      (id) => this.contacts.create(input, id),
      (id) => this.contacts.get(id),
    );
  }

  @Get(':id')
  @Versioned('read')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read a contact' })
  @Answers(200, contact, 'The contact')
  get(@Param('id', { schema: idParam }) contactId: string) {
    return this.contacts.get(contactId);
  }

  @Get(':id/deliveries')
  @Requires('viewer')
  @ApiOperation({
    summary: 'List the deliveries to a contact',
    description:
      'What became of the mail of each run that had the contact among its recipients, over all runs, the newest first. What a workflow mailed to the address itself, such as a digest, is there too.',
  })
  @Answers(200, contactDeliveryPage, 'A page of deliveries')
  listDeliveries(
    @Param('id', { schema: idParam }) contactId: string,
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
  ) {
    return this.deliveries.list(contactId, query);
  }

  @Put(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Replace a contact' })
  @Answers(200, contact, 'The contact')
  @Refuses(409, 'Another contact has the address; `contactId` names it')
  replace(
    @Param('id', { schema: idParam }) contactId: string,
    @Body({ schema: contactReplacement }) input: ContactReplacement,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.contacts.replace(contactId, input, condition);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Change a contact (JSON merge patch)' })
  @Answers(200, contact, 'The contact')
  @Refuses(409, 'Another contact has the address; `contactId` names it')
  patch(
    @Param('id', { schema: idParam }) contactId: string,
    @Body({ schema: contactChanges }) patch: ContactPatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.contacts.patch(contactId, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({
    summary: 'Delete a contact',
    description: 'Past deliveries stay, and so does a suppression of its address.',
  })
  @AnswersNothing('Deleted')
  delete(@Param('id', { schema: idParam }) contactId: string, @IfMatch() condition: Precondition | undefined) {
    return this.contacts.delete(contactId, condition);
  }
}
