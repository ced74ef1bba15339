import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { workflowTypes } from '../../workflows/registry.js';
import { Answers } from '../common/answers.js';
import { Requires } from '../common/roles.js';

const workflowTypeList = z
  .object({
    items: z.array(
      z.object({
        name: z.string().meta({ description: '`workflow.type` of an automation' }),
        title: z.string(),
        description: z.string(),
        inputSchema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `workflow.input`' }),
      }),
    ),
    nextCursor: z.null(),
  })
  .meta({ id: 'WorkflowTypeList' });

@ApiTags('Automations')
@Controller('api/v1/workflow-types')
export class WorkflowTypesController {
  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'List the workflow types that an automation can run instead of a campaign' })
  @Answers(200, workflowTypeList, 'All of them')
  list() {
    const items = workflowTypes.map(({ name, title, description, input }) => ({
      name,
      title,
      description,
      inputSchema: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
    }));
    return { items, nextCursor: null };
  }
}
