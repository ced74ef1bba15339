import {
  IconAddressBook,
  IconBell,
  IconClockPlay,
  IconHistory,
  IconLayoutDashboard,
  IconMail,
  IconMailOff,
  IconPlayerPlay,
  IconServer,
  IconSettings,
  IconTemplate,
  IconUsers,
  IconUsersGroup,
  IconWebhook,
  type Icon,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { UnreadCount } from './pages/notifications/UnreadCount.js';
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
  /** Shown behind the label: a count. */
  count?: ComponentType;
}

/** The navigation, in its order. A page that is new adds its line here and in routes.tsx. */
export const navigation: NavigationEntry[] = [
  { label: 'Overview', to: '/overview', icon: IconLayoutDashboard, key: 'o', group: 'Sending' },
  { label: 'Automations', to: '/automations', icon: IconClockPlay, key: 'a', group: 'Sending' },
  { label: 'Runs', to: '/runs', icon: IconPlayerPlay, key: 'r', group: 'Sending' },
  {
    label: 'Notifications',
    to: '/notifications',
    icon: IconBell,
    key: 'n',
    group: 'Sending',
    count: UnreadCount,
  },
  { label: 'Campaigns', to: '/campaigns', icon: IconMail, key: 'c', group: 'Content' },
  { label: 'Templates', to: '/templates', icon: IconTemplate, key: 't', group: 'Content' },
  { label: 'Lists', to: '/lists', icon: IconUsersGroup, key: 'l', group: 'Audience' },
  { label: 'Contacts', to: '/contacts', icon: IconAddressBook, key: 'k', group: 'Audience' },
  { label: 'Suppressions', to: '/suppressions', icon: IconMailOff, key: 'u', group: 'Audience' },
  { label: 'Senders', to: '/senders', icon: IconServer, key: 's', group: 'System' },
  { label: 'Webhooks', to: '/webhooks', icon: IconWebhook, key: 'w', group: 'System', role: 'operator' },
  { label: 'Users and keys', to: '/users', icon: IconUsers, key: 'p', group: 'System', role: 'admin' },
  { label: 'Audit', to: '/audit', icon: IconHistory, key: 'i', group: 'System', role: 'admin' },
  { label: 'Settings', to: '/settings', icon: IconSettings, key: 'e', group: 'System' },
];
