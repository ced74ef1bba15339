import { defaultPolicy, type AutomationPolicy } from '../../../domain/policy.js';
import { weekdays, type Weekday } from '../../../domain/schedule/weekday.js';
import type { Schema } from '../../api.js';
import { readersZone } from '../../time.js';
import type { Automation } from './automation.js';

export type ScheduleInput = Schema<'ScheduleInput'>;
export type ScheduleType = 'once' | 'daily' | 'weekly' | 'monthly' | 'interval' | 'cron';

/** The form of an automation: the fields of all types of schedule side by side, so that switching types loses nothing. */
export interface AutomationForm {
  name: string;
  kind: 'campaign' | 'workflow';
  campaignId: string | null;
  workflowType: string | null;
  workflowInput: Record<string, unknown>;
  type: ScheduleType;
  /** Local times in `timeZone`, as `2026-12-01T09:00`. */
  at: string;
  time: string;
  daysOfWeek: Weekday[];
  /** '1' to '31', or 'last'. */
  dayOfMonth: string;
  everyMinutes: number;
  cron: string;
  timeZone: string;
  /** '' : none. */
  startAt: string;
  endAt: string;
  jitterSeconds: number;
  policy: AutomationPolicy;
  enabled: boolean;
}

/** What a new automation begins with: a working day's morning in the reader's zone. */
export function emptyForm(now: Date): AutomationForm {
  const tomorrow = new Date(now.getTime() + 86_400_000);
  return {
    name: '',
    kind: 'campaign',
    campaignId: null,
    workflowType: null,
    workflowInput: {},
    type: 'weekly',
    at: `${localText(tomorrow.toISOString(), readersZone).slice(0, 10)}T09:00`,
    time: '09:00',
    daysOfWeek: weekdays.slice(0, 5),
    dayOfMonth: '1',
    everyMinutes: 60,
    cron: '0 9 * * MON-FRI',
    timeZone: readersZone,
    startAt: '',
    endAt: '',
    jitterSeconds: 0,
    policy: defaultPolicy,
    enabled: true,
  };
}

/** The form of an automation that there is. */
export function formOf(a: Automation, now: Date): AutomationForm {
  const { schedule } = a;
  const zone = schedule.timeZone;
  const form: AutomationForm = {
    ...emptyForm(now),
    name: a.name,
    kind: a.workflow ? 'workflow' : 'campaign',
    campaignId: a.campaignId,
    workflowType: a.workflow?.type ?? null,
    workflowInput: (a.workflow?.input as Record<string, unknown> | undefined) ?? {},
    type: schedule.type,
    timeZone: zone,
    startAt: schedule.startAt === undefined ? '' : localText(schedule.startAt, zone),
    endAt: schedule.endAt === undefined ? '' : localText(schedule.endAt, zone),
    jitterSeconds: schedule.jitterSeconds,
    policy: a.policy,
    enabled: a.enabled,
  };
  switch (schedule.type) {
    case 'once':
      return { ...form, at: localText(schedule.at, zone) };
    case 'daily':
      return { ...form, time: schedule.time };
    case 'weekly':
      return { ...form, time: schedule.time, daysOfWeek: schedule.daysOfWeek };
    case 'monthly':
      return { ...form, time: schedule.time, dayOfMonth: String(schedule.dayOfMonth) };
    case 'interval':
      return { ...form, everyMinutes: schedule.everyMinutes };
    case 'cron':
      return { ...form, cron: schedule.cron };
  }
}

/** The schedule of a form, as the API takes it: the fields of its type alone. */
export function scheduleOf(form: AutomationForm): ScheduleInput {
  const common = {
    timeZone: form.timeZone,
    ...(form.startAt === '' ? {} : { startAt: form.startAt }),
    ...(form.endAt === '' ? {} : { endAt: form.endAt }),
    jitterSeconds: form.jitterSeconds,
  };
  switch (form.type) {
    case 'once':
      return { type: 'once', at: form.at, ...common };
    case 'daily':
      return { type: 'daily', time: form.time, ...common };
    case 'weekly':
      return { type: 'weekly', time: form.time, daysOfWeek: form.daysOfWeek, ...common };
    case 'monthly':
      return {
        type: 'monthly',
        time: form.time,
        dayOfMonth: form.dayOfMonth === 'last' ? 'last' : Number(form.dayOfMonth),
        ...common,
      };
    case 'interval':
      return { type: 'interval', everyMinutes: form.everyMinutes, ...common };
    case 'cron':
      return { type: 'cron', cron: form.cron, ...common };
  }
}

/** The whole form, as the API takes it. */
export function inputOf(form: AutomationForm): Schema<'AutomationInput'> {
  return {
    name: form.name,
    ...(form.kind === 'campaign'
      ? { campaignId: form.campaignId }
      : { workflow: { type: form.workflowType ?? '', input: form.workflowInput } }),
    schedule: scheduleOf(form),
    policy: form.policy,
    enabled: form.enabled,
  };
}

/** What a clock in `zone` reads, for a field of type datetime-local. What is local already (without Z) stays as it is. */
function localText(at: string, zone: string): string {
  if (!at.endsWith('Z')) return at.replace(/:00$/, '').length === 16 ? at.slice(0, 16) : at;
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  const text = `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
  return part('second') === '00' ? text : `${text}:${part('second')}`;
}
