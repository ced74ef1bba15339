import type { ReactNode } from 'react';
import { useMay, type Role } from '../session.js';

/** Shows its content to those whose role is enough. A page that has nothing else to show says so with `otherwise`. */
export function Allowed({
  role,
  children,
  otherwise = null,
}: {
  role: Role;
  children: ReactNode;
  otherwise?: ReactNode;
}) {
  return <>{useMay(role) ? children : otherwise}</>;
}
