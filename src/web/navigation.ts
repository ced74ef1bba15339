import { IconClockPlay, type Icon } from '@tabler/icons-react';
import type { Role } from './session.js';

/** An entry of the navigation. `key` is pressed after `g`. */
export interface NavigationEntry {
  label: string;
  to: string;
  icon: Icon;
  key: string;
  group: 'Sending' | 'Audience' | 'Content' | 'System';
  /** The lowest role that may read the page. Default: viewer. */
  role?: Role;
}

/** The navigation, in its order. A page that is new adds its line here and in routes.tsx. */
export const navigation: NavigationEntry[] = [
  { label: 'Automations', to: '/automations', icon: IconClockPlay, key: 'a', group: 'Sending' },
];
