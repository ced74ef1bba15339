import { sessionDays } from '../../ledger/users/sessions.js';

/** The cookie's name. Over https the prefix `__Host-` keeps other hosts of the domain from setting it (RFC 6265bis section 4.1.3.2). */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-oncemail_session' : 'oncemail_session';
}

/** `Set-Cookie` that gives a browser its session, or with null takes it away. */
export function sessionCookie(publicUrl: string, token: string | null): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  const age = token === null ? 0 : sessionDays * 24 * 60 * 60;
  return `${sessionCookieName(publicUrl)}=${token ?? ''}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure}`;
}

/** The session's token of a `Cookie` header; undefined when there is none that could be one. */
export function readSessionCookie(header: string | undefined, publicUrl: string): string | undefined {
  const name = sessionCookieName(publicUrl);
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}
