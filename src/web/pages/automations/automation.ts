import type { QueryClient } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../api.js';

export type Automation = Schema<'Automation'>;
export type Occurrence = Schema<'Occurrence'>;

export type AutomationState = 'active' | 'paused' | 'ended';

/** `ended`: it is not paused, and its schedule has nothing more to come. */
export function stateOf(automation: Automation): AutomationState {
  if (!automation.enabled) return 'paused';
  return automation.nextRunAt === null ? 'ended' : 'active';
}

/** What changes with any change of an automation. */
export const automationChanges: (readonly unknown[])[] = [['automations'], ['automation'], ['overview'], ['runs']];

/** One automation, with the ETag that a change of it names. */
export function automationQuery(id: string) {
  return {
    queryKey: ['automation', id],
    queryFn: async () => {
      const { data, response } = await api.GET('/api/v1/automations/{id}', { params: { path: { id } } });
      return { automation: data as Automation, etag: response.headers.get('etag') };
    },
  };
}

/** The zone's figures: "today" is the reader's. */
export function overviewQuery(timeZone: string) {
  return {
    queryKey: ['overview', timeZone],
    queryFn: () => dataOf(api.GET('/api/v1/overview', { params: { query: { timeZone } } })),
  };
}

/** Reads again what a change of automations touches. */
export async function refreshAutomations(queries: QueryClient): Promise<void> {
  await Promise.all(automationChanges.map((queryKey) => queries.invalidateQueries({ queryKey })));
}
