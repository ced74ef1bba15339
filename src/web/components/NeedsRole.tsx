import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useMay, useRole, type Role } from '../session.js';
import { PageHeader } from './PageHeader.js';
import { EmptyState } from './states.js';

/** A page that is no use without a role: says so instead of showing what cannot be done. */
export function NeedsRole({ role, title, children }: { role: Role; title: string; children: ReactNode }) {
  const present = useRole();
  if (useMay(role)) return <>{children}</>;
  return (
    <>
      <PageHeader title={title} />
      <EmptyState title={`This needs the role ${role}`} icon={IconLock}>
        You are signed in as {present}. An administrator can give you another role.
      </EmptyState>
    </>
  );
}
