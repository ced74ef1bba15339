import { api, dataOf } from '../../api.js';
import type { Occurrence } from './automation.js';

/** Most pages of 500 that a view of the calendar reads. */
const mostPages = 6;

/** All occurrences of a window, both ends inclusive; `complete` is false when there are more than a page can show. */
export async function readOccurrences(
  id: string,
  from: Date,
  to: Date,
): Promise<{ items: Occurrence[]; complete: boolean }> {
  const items: Occurrence[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await dataOf(
      api.GET('/api/v1/automations/{id}/occurrences', {
        params: {
          path: { id },
          query: { from: from.toISOString(), to: to.toISOString(), limit: 500, ...(cursor ? { cursor } : {}) },
        },
      }),
    );
    items.push(...answer.items);
    if (answer.nextCursor === null) return { items, complete: true };
    cursor = answer.nextCursor;
  }
  return { items, complete: false };
}
