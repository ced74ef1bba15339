import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers, AnswersNothing, Creates, Refuses } from '../common/answers.js';
import { AnswersCsv, sendCsv } from '../common/csv.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { contactPage, contactQuery, type ContactQuery } from '../contacts/schemas.js';
import {
  list,
  listInput,
  listPage,
  listChanges,
  listReplacement,
  listQuery,
  membersAdded,
  membersInput,
  type ListInput,
  type ListPatch,
  type ListQuery,
  type MembersInput,
} from './schemas.js';
import { ListsService } from './service.js';

@ApiTags('Lists')
@Controller('api/v1/lists')
export class ListsController {
  constructor(@Inject(ListsService) private readonly lists: ListsService) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List lists' })
  @Answers(200, listPage, 'A page of lists')
  list(@Query({ schema: listQuery }) query: ListQuery) {
    return this.lists.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('operator')
  @ApiOperation({ summary: 'Create a list' })
  @Creates(list, 'The list')
  @Idempotent()
  create(@Body({ schema: listInput }) input: ListInput, @MakesOnce() making: Making) {
    return once(
      making,
      (id) => this.lists.create(input, id),
      (id) => this.lists.get(id),
    );
  }

  @Get(':id')
  @Versioned('read')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read a list' })
  @Answers(200, list, 'The list')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.lists.get(id);
  }

  @Put(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Replace a list; its contacts stay' })
  @Answers(200, list, 'The list')
  replace(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: listReplacement }) input: ListInput,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.lists.replace(id, input, condition);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Change a list (JSON merge patch)' })
  @Answers(200, list, 'The list')
  patch(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: listChanges }) patch: ListPatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.lists.patch(id, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({
    summary: 'Delete a list',
    description:
      'Its contacts stay contacts, of other lists or of none. An import that is on its way into it fails; runs that have begun go on with the audience they fixed.',
  })
  @AnswersNothing('Deleted')
  @Refuses(409, 'Campaigns use it; `usedBy` names them and their automations')
  delete(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.lists.delete(id, condition);
  }

  @Get(':id/contacts')
  @Requires('viewer')
  @ApiOperation({ summary: 'List the contacts of a list' })
  @Answers(200, contactPage, 'A page of contacts')
  members(@Param('id', { schema: idParam }) id: string, @Query({ schema: contactQuery }) query: ContactQuery) {
    return this.lists.members(id, query);
  }

  @Post(':id/contacts')
  @Requires('operator')
  @ApiOperation({
    summary: 'Add contacts to a list',
    description:
      'One by its address, which becomes a contact if it is none (a name replaces, attributes are merged), or up to 1,000 by their IDs. Adding again changes nothing.',
  })
  @Answers(200, membersAdded, 'How many joined')
  addMembers(@Param('id', { schema: idParam }) id: string, @Body({ schema: membersInput }) input: MembersInput) {
    return this.lists.addMembers(id, input);
  }

  @Delete(':id/contacts/:contactId')
  @Requires('operator')
  @ApiOperation({ summary: 'Take a contact off a list; it stays a contact' })
  @AnswersNothing('No longer a member')
  removeMember(
    @Param('id', { schema: idParam }) id: string,
    @Param('contactId', { schema: idParam }) contactId: string,
  ) {
    return this.lists.removeMember(id, contactId);
  }

  @Get(':id/contacts.csv')
  @Requires('viewer')
  @ApiOperation({
    summary: 'Export the contacts of a list',
    description:
      'email, name, and a column for each attribute; an import reads it back to the same. A field that a spreadsheet would run as a formula has an apostrophe before it, which the import takes away again.',
  })
  @AnswersCsv('One line a contact, with a header line')
  async exportContacts(@Param('id', { schema: idParam }) id: string, @Res() reply: FastifyReply) {
    const lines = await this.lists.csv(id);
    await sendCsv(reply, `contacts-${id.toLowerCase()}.csv`, lines);
  }
}
