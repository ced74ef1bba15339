/**
 * The argument of every workflow type that an automation can name: IDs only. A Schedule starts with `automationId`; a manual run, a backfill
 * and a continued run start with `runId`. The input an operator gave is in the ledger, with the run.
 */
export interface RunStart {
  automationId?: string;
  runId?: string;
  scheduledFor?: string;
}
