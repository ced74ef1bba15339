import type { Role } from '../../session.js';

/** The roles, with what each may do. */
export const roles: Record<Role, { label: string; meaning: string }> = {
  viewer: { label: 'Viewer', meaning: 'Sees everything but users, keys and the audit log; changes nothing.' },
  operator: { label: 'Operator', meaning: 'Also writes, sends, imports and steers runs.' },
  admin: { label: 'Admin', meaning: 'Also manages users, API keys and webhooks, and reads the audit log.' },
};

export const roleChoices = Object.entries(roles).map(([value, { label }]) => ({ value, label }));
