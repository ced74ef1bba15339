import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where programs that take long to get are kept for every project of this user (XDG Base Directory specification). */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg && xdg.startsWith('/')) return join(xdg, 'oncemail');
  if (process.platform === 'win32' && env['LOCALAPPDATA']) return join(env['LOCALAPPDATA'], 'oncemail', 'cache');
  return join(homedir(), '.cache', 'oncemail');
}
