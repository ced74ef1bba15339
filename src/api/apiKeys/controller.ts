import { Body, Controller, Delete, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers, AnswersNothing, Creates, Refuses } from '../common/answers.js';
import { pageQuery } from '../common/pagination.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import { apiKey, apiKeyInput, apiKeyPage, createdApiKey, type ApiKeyInput } from './schemas.js';
import { ApiKeysService } from './service.js';

@ApiTags('API keys')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(@Inject(ApiKeysService) private readonly keys: ApiKeysService) {}

  @Get()
  @Requires('admin')
  @ApiOperation({ summary: 'List API keys, newest first' })
  @Answers(200, apiKeyPage, 'A page of keys, without the keys themselves')
  list(@Query({ schema: pageQuery }) query: z.output<typeof pageQuery>) {
    return this.keys.list(query);
  }

  @Post()
  @Requires('admin')
  @ApiOperation({ summary: 'Create an API key' })
  @Creates(createdApiKey, 'The key; it is shown this once')
  create(@Body({ schema: apiKeyInput }) input: ApiKeyInput) {
    return this.keys.create(input);
  }

  @Get(':id')
  @Requires('admin')
  @ApiOperation({ summary: 'Read an API key' })
  @Answers(200, apiKey, 'The key, without the key itself')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.keys.get(id);
  }

  @Delete(':id')
  @Requires('admin')
  @ApiOperation({ summary: 'Revoke an API key' })
  @AnswersNothing('Revoked: the next request with it is refused')
  @Refuses(409, 'It is the last valid admin key, or set by the configuration')
  revoke(@Param('id', { schema: idParam }) id: string) {
    return this.keys.revoke(id);
  }
}
