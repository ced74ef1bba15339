import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { Config } from '../../config.js';
import { deliveryStates } from '../../domain/delivery.js';
import type { Database } from '../../ledger/database.js';
import { readProof } from '../../ledger/runs/readProof.js';
import { Answers } from '../common/answers.js';
import { notFound } from '../common/problems.js';
import { Requires } from '../common/roles.js';
import { id, idParam, timestamp } from '../common/schemas.js';
import { CONFIG, DATABASE, TEMPORAL } from '../common/tokens.js';
import { temporalUrl } from './present.js';

const count = z.number().int();

export const runProof = z
  .object({
    runId: id,
    countedAt: timestamp,
    occurrence: z.object({
      key: z.string(),
      runs: count.meta({ description: 'Runs of the automation or campaign with this key; the ledger allows one' }),
    }),
    execution: z.object({
      workflowId: z.string(),
      firstExecutionRunId: z
        .string()
        .nullable()
        .meta({ description: 'Of the execution that owns the run; null while there is none' }),
      temporalUrl: z.string().nullable(),
      duplicates: count.meta({
        description: 'Executions that asked for the same occurrence and ended without sending',
      }),
    }),
    ledger: z.object({
      planned: count.meta({ description: 'Recipients that the run fixed when it began' }),
      deliveries: count.meta({ description: 'Rows of the ledger' }),
      addresses: count.meta({ description: 'Distinct addresses among them' }),
    }),
    answers: z
      .array(
        z.object({
          state: z.enum(deliveryStates),
          smtpCode: count.nullable(),
          count,
          example: z.string().nullable().meta({ description: 'One of the answers' }),
        }),
      )
      .meta({ description: 'Deliveries by state and the code of the last answer, the most first' }),
  })
  .meta({ id: 'RunProof' });
export type RunProofView = z.output<typeof runProof>;

/** What shows that a run happened once, and mailed each address once. */
@ApiTags('Runs')
@Controller('api/v1/runs')
export class RunProofController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(TEMPORAL) private readonly temporal: Client,
  ) {}

  @Get(':id/proof')
  @Requires('viewer')
  @ApiOperation({
    summary: 'Prove a run: its occurrence, its execution, its deliveries and the answers to them',
    description:
      'Counted from the rows of the ledger when it is asked for, not from sums kept elsewhere: it reads each delivery of the run.',
  })
  @Answers(200, runProof, 'What the ledger holds')
  async read(@Param('id', { schema: idParam }) runId: string): Promise<RunProofView> {
    const proof = await readProof(this.database.pool, runId);
    if (!proof) throw notFound('run', runId);
    const { workflowId, firstExecutionRunId } = proof;
    return {
      runId,
      countedAt: new Date().toISOString(),
      occurrence: { key: proof.occurrenceKey, runs: proof.runsOfOccurrence },
      execution: {
        workflowId,
        firstExecutionRunId,
        temporalUrl: temporalUrl(this.config, this.temporal.options.namespace, workflowId, firstExecutionRunId),
        duplicates: proof.duplicates,
      },
      ledger: { planned: proof.planned, deliveries: proof.deliveries, addresses: proof.addresses },
      answers: proof.answers,
    };
  }
}
