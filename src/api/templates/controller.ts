import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers, AnswersNothing, Creates, Refuses } from '../common/answers.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Idempotent, MakesOnce, once, type Making } from '../common/idempotency.js';
import { pageQuery, sortQuery } from '../common/pagination.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { searchQuery } from '../common/search.js';
import {
  contentBodyLimit,
  template,
  templateInput,
  templatePage,
  templateChanges,
  templateReplacement,
  templatePreview,
  templatePreviewInput,
  type TemplateInput,
  type TemplatePatch,
  type TemplatePreviewInput,
} from './schemas.js';
import { TemplatesService } from './service.js';

const listQuery = pageQuery.extend({ sort: sortQuery(['createdAt', 'name'], '-createdAt'), search: searchQuery });
const large = { bodyLimit: contentBodyLimit };

@ApiTags('Templates')
@Controller('api/v1/templates')
export class TemplatesController {
  constructor(@Inject(TemplatesService) private readonly templates: TemplatesService) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List templates' })
  @Answers(200, templatePage, 'A page of templates')
  list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>) {
    return this.templates.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('operator', large)
  @ApiOperation({
    summary: 'Create a template',
    description: 'A syntax error is refused, with its line and column. At most 2 MiB.',
  })
  @Creates(template, 'The template')
  @Idempotent()
  create(@Body({ schema: templateInput }) input: TemplateInput, @MakesOnce() making: Making) {
    return once(
      making,
      (id) => this.templates.create(input, id),
      (id) => this.templates.get(id),
    );
  }

  @Post('preview')
  @Requires('viewer', { ...large, readsOnly: true })
  @ApiOperation({ summary: 'Render content for a contact, without saving or sending anything' })
  @Answers(200, templatePreview, 'Subject, HTML and text as the contact would get them')
  preview(@Body({ schema: templatePreviewInput }) input: TemplatePreviewInput) {
    return this.templates.preview(input);
  }

  @Get(':id')
  @Versioned('read')
  @Requires('viewer')
  @ApiOperation({ summary: 'Read a template' })
  @Answers(200, template, 'The template')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.templates.get(id);
  }

  @Put(':id')
  @Versioned('write')
  @Requires('operator', large)
  @ApiOperation({ summary: 'Replace a template' })
  @Answers(200, template, 'The template')
  replace(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: templateReplacement }) input: TemplateInput,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.templates.replace(id, input, condition);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('operator', large)
  @ApiOperation({ summary: 'Change a template (JSON merge patch)' })
  @Answers(200, template, 'The template')
  patch(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: templateChanges }) patch: TemplatePatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.templates.patch(id, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('operator')
  @ApiOperation({ summary: 'Delete a template' })
  @AnswersNothing('Deleted')
  @Refuses(409, 'Campaigns use it; `usedBy` names them')
  delete(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.templates.delete(id, condition);
  }
}
