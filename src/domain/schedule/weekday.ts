/** The weekdays in week order, as schedules name them. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** The number of a weekday as cron and JavaScript's Date count: 0 is Sunday. */
export function weekdayNumber(name: Weekday): number {
  return (weekdays.indexOf(name) + 1) % 7;
}
