import {
  ScheduleOverlapPolicy,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { automationScheduleId } from '../domain/ids.js';
import type { OverlapPolicy } from '../domain/policy.js';
import { searchAttributes } from '../domain/searchAttributes.js';
import type { DesiredAutomation } from '../ledger/automations/readAutomation.js';
import { sameTemporalSpec, toTemporalScheduleSpec } from './scheduleSpec.js';

const overlaps: Record<OverlapPolicy, ScheduleOverlapPolicy> = {
  skip: ScheduleOverlapPolicy.SKIP,
  bufferOne: ScheduleOverlapPolicy.BUFFER_ONE,
  bufferAll: ScheduleOverlapPolicy.BUFFER_ALL,
  cancelOther: ScheduleOverlapPolicy.CANCEL_OTHER,
  terminateOther: ScheduleOverlapPolicy.TERMINATE_OTHER,
  allowAll: ScheduleOverlapPolicy.ALLOW_ALL,
};

/** The note that says which revision of the automation a Schedule shows. */
export function revisionNote(automation: DesiredAutomation): string {
  return `Oncemail: ${automation.enabled ? 'active' : 'paused'}, revision ${automation.revision}`;
}

/** The revision a note speaks of; null for a note that is not ours. */
export function revisionOfNote(note: string | undefined): number | null {
  const match = /^Oncemail: (?:active|paused), revision (\d+)$/.exec(note ?? '');
  return match ? Number(match[1]) : null;
}

/** The whole Schedule as the automation wants it; one update carries spec, policies, state and action together. */
export function desiredSchedule(
  automation: DesiredAutomation,
  taskQueue: string,
  now = new Date(),
): ScheduleUpdateOptions {
  return {
    spec: toTemporalScheduleSpec(automation.schedule, now),
    action: {
      type: 'startWorkflow',
      workflowType: automation.workflowType,
      workflowId: automationScheduleId(automation.id),
      taskQueue,
      args: [{ automationId: automation.id }],
      typedSearchAttributes: [{ key: searchAttributes.automationId, value: automation.id }],
      staticSummary: automation.name.slice(0, 150),
    },
    policies: {
      overlap: overlaps[automation.policy.overlap],
      catchupWindow: automation.policy.catchUpSeconds * 1000,
      pauseOnFailure: automation.policy.pauseOnFailure,
    },
    state: { paused: !automation.enabled, note: revisionNote(automation) },
  };
}

/** The same for a new Schedule. */
export function newSchedule(automation: DesiredAutomation, taskQueue: string, now = new Date()): ScheduleOptions {
  return {
    ...desiredSchedule(automation, taskQueue, now),
    scheduleId: automationScheduleId(automation.id),
    memo: { automation: automation.id },
  } as ScheduleOptions;
}

/** Whether a described Schedule is what the automation wants: note, state, spec, policies and action. */
export function shows(
  description: ScheduleDescription,
  automation: DesiredAutomation,
  taskQueue: string,
  now = new Date(),
): boolean {
  const { state, policies, action, spec } = description;
  const firstArgument = action.args?.[0] as { automationId?: string } | undefined;
  return (
    state.note === revisionNote(automation) &&
    state.paused === !automation.enabled &&
    policies.overlap === overlaps[automation.policy.overlap] &&
    policies.catchupWindow === automation.policy.catchUpSeconds * 1000 &&
    (policies.pauseOnFailure ?? false) === automation.policy.pauseOnFailure &&
    action.workflowType === automation.workflowType &&
    action.workflowId === automationScheduleId(automation.id) &&
    action.taskQueue === taskQueue &&
    firstArgument?.automationId === automation.id &&
    sameTemporalSpec(spec, toTemporalScheduleSpec(automation.schedule, now))
  );
}
