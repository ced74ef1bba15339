import { z } from 'zod';

/** A workflow type that an automation can name instead of a campaign. */
export interface WorkflowTypeEntry {
  /** The exported function's name: Temporal's Workflow Type. */
  name: string;
  title: string;
  description: string;
  /** Validates the automation's `workflow.input`; shown as JSON Schema by `/workflow-types`. */
  input: z.ZodType;
}

/**
 * The workflow types that automations can name. To add one: a file here with a function that frames its body with `runOnce`, a line in
 * index.ts, an entry below (docs/writing-workflows.md).
 */
export const workflowTypes: readonly WorkflowTypeEntry[] = [
  {
    name: 'dailyDigest',
    title: 'Daily digest',
    description: 'Mails operators the figures of the day before: runs, deliveries by state, what needs their eyes.',
    input: z.strictObject({
      senderId: z.uuid().describe('The sender that mails the digest'),
      to: z.array(z.email()).min(1).max(20).describe('Who gets it'),
      timeZone: z.string().default('UTC').describe('The zone whose day it tells of'),
    }),
  },
];

/** The entry of a workflow type; undefined for a name that is not registered. */
export function workflowType(name: string): WorkflowTypeEntry | undefined {
  return workflowTypes.find((t) => t.name === name);
}
