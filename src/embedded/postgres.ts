import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { storedSecret } from '../storedSecret.js';
import { Child } from './childProcess.js';
import { LogFile } from './logFile.js';
import { PartError } from './partError.js';
import { preferredPort } from './ports.js';
import {
  canEnter,
  postgresBinaries,
  type PostgresBinaries,
  serverUser,
  type ServerUser,
  SYSTEM_STATE_DIR,
} from './postgresBinaries.js';
import { endProcess, processCommand, processIdentity } from './processIdentity.js';

export interface PostgresOptions {
  /** State lies in `<dataDir>/postgres`, the password in `<dataDir>/postgres.password`. */
  dataDir: string;
  /** Where its pid file goes. */
  runDir?: string;
  logPath: string;
  /** Tried first; another free port is taken when it is in use. */
  port?: number;
  /** Server settings beyond ours. */
  settings?: Readonly<Record<string, string>>;
  /** Told what people should know, such as state that lies elsewhere. */
  notify?: (message: string) => void;
}

/** A PostgreSQL server on loopback that belongs to one data directory. */
export interface EmbeddedPostgres {
  readonly port: number;
  readonly child: Child;
  /** Connection string of one of its databases; `oncemail` exists from the start. */
  url(database?: string): string;
  /** Starts the server again after it ended, on the same port. */
  restart(): Promise<void>;
  /** Ends open connections and stops the server; all that was committed is on disk. */
  stop(): Promise<void>;
}

const USER = 'oncemail';
const DATABASE = 'oncemail';
const PREFERRED_PORT = 54_329;
const withoutPassword =
  `Without one, set the methods in postgres/pg_hba.conf to "trust", write a new password into the file, start, give it to the server ` +
  `(ALTER ROLE ${USER} PASSWORD '…'), and set the methods back to "scram-sha-256".`;

/**
 * Starts PostgreSQL 18 with its state in the data directory, making the cluster at the first start. A server that an
 * earlier, killed process left behind is shut down first (a fast shutdown: nothing committed is lost).
 * @throws PartError when it cannot be run here, with what to do instead.
 * @throws StoredSecretError when the file of its password is empty.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const notify = options.notify ?? (() => undefined);
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const user = serverUser(notify);
  const binaries = postgresBinaries(user, notify);
  const log = new LogFile(options.logPath);
  const password = storedSecret(join(dataDir, 'postgres.password'), { withoutIt: withoutPassword });
  const cluster = clusterDirectory(dataDir, user, notify);
  await endRunningServer(cluster);
  requireSameMajor(cluster, binaries);
  if (!existsSync(join(cluster, 'PG_VERSION'))) await makeCluster(binaries, cluster, password, user, log);

  const port = await preferredPort(options.port ?? PREFERRED_PORT);
  const url = (database = DATABASE) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  const start = async (): Promise<Child> => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const child = new Child({
        name: 'postgres',
        command: binaries.postgres,
        args: ['-D', cluster, '-p', String(port), ...settings(options.settings)],
        cwd: '/',
        env: serverEnvironment(),
        uid: user?.uid,
        gid: user?.gid,
        log,
        runDir: options.runDir,
        // SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (with recovery at the next start).
        stopSignal: 'SIGINT',
        stopTimeoutMs: 30_000,
        killSignal: 'SIGQUIT',
      });
      try {
        await child.orEnded(accepting(url('postgres'), child), 120_000);
        return child;
      } catch (error) {
        await child.stop();
        // Backends that outlive a killed postmaster notice within moments; until then their shared memory is in use.
        const busy = /shared memory block .* is still in use|lock file "postmaster.pid" already exists/;
        if (!busy.test(log.tail(12).join('\n')) || Date.now() > deadline) throw error;
        await endRunningServer(cluster);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  };
  let child = await start();
  await ensureDatabase(url('postgres'));
  return {
    port,
    get child() {
      return child;
    },
    url,
    restart: async () => {
      await child.stop();
      child = await start();
    },
    stop: async () => {
      await child.stop();
      log.close();
    },
  };
}

/** `<dataDir>/postgres`, or what it links to: a place below /var/lib when the server's user cannot reach the data directory. */
function clusterDirectory(dataDir: string, user: ServerUser | undefined, notify: (message: string) => void): string {
  const path = join(dataDir, 'postgres');
  const kind = lstatSync(path, { throwIfNoEntry: false });
  let cluster = path;
  if (kind?.isSymbolicLink()) {
    cluster = readlinkSync(path);
    // Deleting the link's target starts anew, as deleting the directory would.
    mkdirSync(cluster, { recursive: true, mode: 0o700 });
  } else if (kind) {
    if (user && existsSync(join(path, 'PG_VERSION')) && !canEnter(user, dataDir)) {
      throw new PartError(`PostgreSQL runs as the user "${user.name}", who can no longer reach its state in ${path}.`, [
        `Let that user pass:  chmod o+x ${dataDir} (and the directories above it)`,
        'or move the project to a place everybody may enter, such as /opt/oncemail.',
      ]);
    }
  } else if (canEnter(user, dataDir)) {
    mkdirSync(path, { mode: 0o700 });
  } else {
    cluster = join(SYSTEM_STATE_DIR, randomBytes(6).toString('hex'), 'postgres');
    mkdirSync(cluster, { recursive: true, mode: 0o755 });
    chmodSync(cluster, 0o700);
    writeFileSync(join(dirname(cluster), 'belongs-to'), `${dataDir}\n`);
    symlinkSync(cluster, path);
    notify(
      `PostgreSQL runs as the user "${user?.name}", who cannot enter ${dataDir}: its state is kept in ${cluster}.`,
    );
  }
  if (user && !existsSync(join(cluster, 'PG_VERSION'))) chownSync(cluster, user.uid, user.gid);
  return cluster;
}

function requireSameMajor(cluster: string, binaries: PostgresBinaries): void {
  const file = join(cluster, 'PG_VERSION');
  if (!existsSync(file)) return;
  const written = Number.parseInt(readFileSync(file, 'utf8'), 10);
  if (written === binaries.major) return;
  throw new PartError(`The state in ${cluster} was written by PostgreSQL ${written}; this is ${binaries.major}.`, [
    'Dump it with the version of Oncemail that wrote it (pg_dump), move the directory away, start and restore the dump,',
    `or run a PostgreSQL ${written} on it: DATABASE_URL=postgres://user:password@host/database npm start`,
  ]);
}

async function makeCluster(
  binaries: PostgresBinaries,
  cluster: string,
  password: string,
  user: ServerUser | undefined,
  log: LogFile,
): Promise<void> {
  // What an interrupted initdb left would be refused.
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { mode: 0o700 });
  if (user) chownSync(cluster, user.uid, user.gid);
  const passwordFile = join(tmpdir(), `oncemail-${randomBytes(8).toString('hex')}`);
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  try {
    await new Promise<void>((resolve, reject) => {
      const initdb = spawn(
        binaries.initdb,
        [
          ['--pgdata', cluster],
          ['--username', USER],
          ['--pwfile', passwordFile],
          ['--auth', 'scram-sha-256'],
          ['--encoding', 'UTF8'],
          // The same order and case rules on every machine, whatever locales it has.
          ['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
        ].flat(),
        {
          cwd: '/',
          env: serverEnvironment(),
          stdio: ['ignore', 'pipe', 'pipe'],
          ...(user ? { uid: user.uid, gid: user.gid } : {}),
        },
      );
      initdb.stdout.on('data', (chunk: Buffer) => log.write(chunk));
      initdb.stderr.on('data', (chunk: Buffer) => log.write(chunk));
      initdb.once('error', reject);
      initdb.once('close', (code) => {
        if (code === 0) return resolve();
        rmSync(cluster, { recursive: true, force: true });
        reject(
          new PartError(`PostgreSQL could not make its state in ${cluster}:\n${log.tail(8).join('\n')}`, [
            'Is there space on the disk, and may it be written to?',
            'Or use a PostgreSQL (14+) of your own: DATABASE_URL=postgres://user:password@host/database npm start',
          ]),
        );
      });
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** postmaster.pid names the server of a cluster; it is ended only if that process really serves this cluster. */
async function endRunningServer(cluster: string): Promise<void> {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const pid = Number(lines[0]);
  const identity = pid > 1 ? processIdentity(pid) : undefined;
  if (identity && processCommand(pid).includes(cluster)) await endProcess(pid, identity, 'SIGINT', 30_000, 'SIGQUIT');
}

/** For a ledger: every commit is on disk before it is reported (synchronous_commit), the rest sized for one machine. */
function settings(more: Readonly<Record<string, string>> = {}): string[] {
  const megabytes = Math.floor(totalmem() / 2 ** 20);
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: `${Math.min(512, Math.max(64, Math.floor(megabytes / 8)))}MB`,
    effective_cache_size: `${Math.max(128, Math.floor(megabytes / 2))}MB`,
    synchronous_commit: 'on',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    wal_compression: 'on',
    random_page_cost: '1.1',
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] ',
    ...(sharedMemoryIsSmall() ? { dynamic_shared_memory_type: 'mmap' } : {}),
    ...more,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Containers often have 64 MB of /dev/shm, too little for a parallel query over millions of rows. */
function sharedMemoryIsSmall(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const shm = statfsSync('/dev/shm');
    return shm.blocks * shm.bsize < 256 * 2 ** 20;
  } catch {
    return true;
  }
}

/** Without libpq's variables, which would point the server's own tools elsewhere. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of ['PATH', 'TMPDIR', 'LD_LIBRARY_PATH']) if (process.env[name]) env[name] = process.env[name];
  return env;
}

async function accepting(url: string, child: Child): Promise<void> {
  while (child.running) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      // 57P03: starting up or recovering. Anything else (a wrong password, say) will not get better.
      if (code !== 'ECONNREFUSED' && code !== '57P03' && code !== 'ECONNRESET') throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  await new Promise(() => undefined);
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
