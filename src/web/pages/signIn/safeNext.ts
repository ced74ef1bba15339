/** Where to go after signing in: only an address of this app, so that a link from elsewhere sends nobody to another site. */
export function safeNext(next: string | undefined): string {
  const path = next?.replace(/^\/app(?=\/|$)/, '');
  return path !== undefined && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in') ? path : '/';
}
