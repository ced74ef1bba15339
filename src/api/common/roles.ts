import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiCookieAuth, ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Role } from '../../ledger/schema.js';

const rank: Record<Role, number> = { viewer: 1, operator: 2, admin: 3 };

/** True when a caller of role `has` may do what needs role `needs`: each role may do what the lower ones may. */
export function allows(has: Role, needs: Role): boolean {
  return rank[has] >= rank[needs];
}

/** Who makes a request. */
export interface Caller {
  kind: 'user' | 'api-key';
  id: string;
  name: string;
  role: Role;
  /** Of a user: the session whose cookie the request carries. */
  sessionId?: string;
}

/** What a route declares; `auth/authenticate.ts` enforces it before the body is read. */
export interface RouteAccess {
  access: Role | 'public';
  /** Most bytes of the body, instead of 1 MiB. */
  bodyLimit?: number;
  /** A POST that changes nothing, such as a preview: the audit log has nothing of it. */
  readsOnly?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Role | 'public';
    bodyLimit?: number;
    readsOnly?: true;
  }
  interface FastifyRequest {
    caller?: Caller;
  }
}

/**
 * Declares the lowest role that may call a route. Every route needs this or `@Public()`; the server does not start otherwise.
 * `bodyLimit` in bytes, where 1 MiB is not right; `readsOnly` for a POST that changes nothing.
 */
export function Requires(role: Role, options: Omit<RouteAccess, 'access'> = {}): MethodDecorator {
  return applyDecorators(
    RouteConfig({ access: role, ...options } satisfies RouteAccess),
    ApiBearerAuth('apiKey'),
    ApiCookieAuth('session'),
    ApiExtension('x-required-role', role),
  );
}

/** Declares that anybody may call a route. */
export function Public(options: { bodyLimit?: number } = {}): MethodDecorator {
  return applyDecorators(
    RouteConfig({ access: 'public', ...options } satisfies RouteAccess),
    ApiExtension('x-required-role', 'public'),
  );
}

/** The caller of the request; only on routes with `@Requires`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('CurrentCaller on a route that authenticates nobody');
  return caller;
});
