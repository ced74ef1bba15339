import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Selectable } from 'kysely';
import type { Logger } from 'pino';
import { parseAddress } from '../../domain/address.js';
import { transaction, type Database, type Queryable } from '../../ledger/database.js';
import type { UsersTable } from '../../ledger/schema.js';
import { lockAdmins } from '../../ledger/users/admins.js';
import { closeSetup, setupNeeded, setupTokenValid } from '../../ledger/users/firstSetup.js';
import { beginSession, endSession, endSessionsOf } from '../../ledger/users/sessions.js';
import type { SecretBox } from '../../mail/secrets.js';
import { hashPassword, passwordMatches, refuseWeak } from '../auth/passwords.js';
import { hashRecoveryCode, newRecoveryCodes, newTotp, totpStep } from '../auth/secondFactor.js';
import { countSignInAttempt } from '../auth/signInThrottle.js';
import { generateToken, hashToken } from '../auth/tokens.js';
import { invalidField, Problem } from '../common/problems.js';
import type { Caller } from '../common/roles.js';
import { DATABASE, LOGGER, SECRETS } from '../common/tokens.js';
import { insertUser, presentUser } from '../users/service.js';
import type { UserView } from '../users/schemas.js';
import type { AcceptInput, PasswordInput, SetupInput, SignedIn, SignInInput, WhoAmI } from './schemas.js';

type UserRow = Selectable<UsersTable>;

/** A session that has begun, and the token that only the cookie holds. */
export interface BegunSession {
  answer: SignedIn;
  token: string;
}

@Injectable()
export class SessionService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SECRETS) private readonly secrets: SecretBox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async whoAmI(caller: Caller): Promise<WhoAmI> {
    const { kind, id, name, role } = caller;
    if (kind === 'api-key') {
      const key = await this.database.db
        .selectFrom('api_keys')
        .select('expires_at')
        .where('id', '=', id)
        .executeTakeFirst();
      return { kind, id, name, role, user: null, expiresAt: key?.expires_at?.toISOString() ?? null };
    }
    const session = await this.database.db
      .selectFrom('sessions')
      .select('expires_at')
      .where('id', '=', caller.sessionId as string)
      .executeTakeFirst();
    if (!session) throw sessionEnded();
    const user = presentUser(await this.row(id));
    return { kind, id, name: user.name, role: user.role, user, expiresAt: session.expires_at.toISOString() };
  }

  /**
   * Begins a session. What is wrong is not told, and takes the same time: an address nobody has, a user who is disabled or has not
   * accepted the invitation, and a wrong password are one answer. Attempts are counted before they are looked at.
   * @throws Problem `sign-in-refused`, `second-factor-needed` after a right password, or `rate-limited`.
   */
  async signIn(input: SignInInput, request: FastifyRequest): Promise<BegunSession> {
    const parsed = parseAddress(input.email);
    const account = parsed.ok ? parsed.address : input.email;
    const row = await this.database.db
      .selectFrom('users')
      .selectAll()
      .where('address', '=', account)
      .executeTakeFirst();
    request.auditNote = { refused: true, ...(row ? { resourceId: row.id } : {}) };
    const attempt = await countSignInAttempt(this.database.pool, account, request.ip);
    const matches = await passwordMatches(input.password, row?.password_hash ?? null);
    if (!row || !matches || row.disabled) throw refused();
    if (row.totp_confirmed_at !== null) {
      if (input.totp === undefined) {
        await attempt.wasNone();
        throw new Problem(
          'second-factor-needed',
          'Send `totp` too: six digits of the authenticator, or a recovery code.',
        );
      }
      if (!(await this.takeSecondFactor(row, input.totp))) throw refused();
    }
    const begun = await this.begin(this.database.pool, row);
    await attempt.succeeded();
    request.auditNote = actedBy(row, { resourceId: row.id });
    return begun;
  }

  async signOut(caller: Caller): Promise<void> {
    if (caller.kind !== 'user') throw new Problem('conflict', 'An API key has no session; it is revoked instead.');
    await endSession(this.database.pool, caller.sessionId as string);
  }

  async setupState(): Promise<{ needed: boolean }> {
    return { needed: await setupNeeded(this.database.pool) };
  }

  /** Makes the first user, an administrator, and signs in. A token works once, and none works once there is a user. */
  async setup(input: SetupInput, request: FastifyRequest): Promise<BegunSession> {
    const tokenHash = hashToken(input.token);
    request.auditNote = { refused: true };
    if (!(await setupTokenValid(this.database.pool, tokenHash))) throw linkRefused();
    refuseWeak(input.password, input.email, '/password');
    const passwordHash = await hashPassword(input.password);
    return transaction(this.database, async (client) => {
      await lockAdmins(client);
      if (!(await setupTokenValid(client, tokenHash))) throw linkRefused();
      await closeSetup(client);
      const row = await insertUser(client, { email: input.email, name: input.name, role: 'admin', passwordHash });
      const begun = await this.begin(client, row);
      request.auditNote = actedBy(row, { resourceId: row.id });
      return begun;
    });
  }

  /** Sets the password of an invited user, whose sessions end. It does not sign in: a second factor that is set up stays needed. */
  async acceptInvitation(input: AcceptInput, request: FastifyRequest): Promise<UserView> {
    const tokenHash = hashToken(input.token);
    request.auditNote = { refused: true };
    const invited = await this.database.pool.query<{ email: string }>(
      `SELECT email FROM users WHERE invitation_hash = $1 AND invitation_expires_at > now() AND NOT disabled`,
      [tokenHash],
    );
    if (!invited.rows[0]) throw linkRefused();
    refuseWeak(input.password, invited.rows[0].email, '/password');
    const passwordHash = await hashPassword(input.password);
    return transaction(this.database, async (client) => {
      const { rows } = await client.query<UserRow>(
        `UPDATE users SET password_hash = $2, invitation_hash = NULL, invitation_expires_at = NULL, revision = revision + 1, updated_at = now()
          WHERE invitation_hash = $1 AND invitation_expires_at > now() AND NOT disabled RETURNING *`,
        [tokenHash, passwordHash],
      );
      const row = rows[0];
      if (!row) throw linkRefused();
      await endSessionsOf(client, row.id);
      request.auditNote = actedBy(row, { resourceId: row.id });
      return presentUser(row);
    });
  }

  /** Changes the caller's own password: all their sessions end, and a new one begins in place of the one that asked. */
  async changePassword(input: PasswordInput, caller: Caller, request: FastifyRequest): Promise<BegunSession> {
    const row = await this.shown(caller, input.currentPassword, '/currentPassword', request);
    refuseWeak(input.newPassword, row.email, '/newPassword');
    const passwordHash = await hashPassword(input.newPassword);
    return transaction(this.database, async (client) => {
      const { rows } = await client.query<UserRow>(
        `UPDATE users SET password_hash = $3, invitation_hash = NULL, invitation_expires_at = NULL, revision = revision + 1, updated_at = now()
          WHERE id = $1 AND password_hash = $2 RETURNING *`,
        [row.id, row.password_hash, passwordHash],
      );
      if (!rows[0]) throw new Problem('conflict', 'The password was changed meanwhile.');
      await endSessionsOf(client, row.id);
      return this.begin(client, rows[0]);
    });
  }

  /** Offers a new secret for an authenticator; it counts once `confirmTotp` has seen a code of it. */
  async enrolTotp(password: string, caller: Caller, request: FastifyRequest): Promise<{ secret: string; uri: string }> {
    const row = await this.shown(caller, password, '/password', request);
    const offer = newTotp(row.email);
    const { rowCount } = await this.database.pool.query(
      `UPDATE users SET totp_secret_encrypted = $2, revision = revision + 1, updated_at = now() WHERE id = $1 AND totp_confirmed_at IS NULL`,
      [row.id, this.secrets.encrypt(offer.secret, secretContext(row.id))],
    );
    if (rowCount === 0) throw new Problem('conflict', 'An authenticator is set up already; disable it first.');
    return offer;
  }

  /** Turns the second factor on, and answers the recovery codes this once. */
  async confirmTotp(totp: string, caller: Caller): Promise<{ recoveryCodes: string[] }> {
    const row = await this.row(userIdOf(caller));
    if (row.totp_confirmed_at !== null) throw new Problem('conflict', 'An authenticator is set up already.');
    if (row.totp_secret_encrypted === null) throw new Problem('conflict', 'No authenticator is being set up.');
    const secret = this.secretOf(row);
    const step = secret === undefined ? null : totpStep(secret, totp);
    if (step === null) throw invalidField('/totp', 'Is not the code the authenticator shows now');
    const codes = newRecoveryCodes();
    const { rowCount } = await this.database.pool.query(
      `UPDATE users SET totp_confirmed_at = now(), totp_last_step = $3, recovery_code_hashes = $4, revision = revision + 1, updated_at = now()
        WHERE id = $1 AND totp_secret_encrypted = $2 AND totp_confirmed_at IS NULL`,
      [row.id, row.totp_secret_encrypted, step, codes.map(hashRecoveryCode)],
    );
    if (rowCount === 0) throw new Problem('conflict', 'The authenticator was set up or changed meanwhile.');
    return { recoveryCodes: codes };
  }

  /** Turns the second factor off. */
  async disableTotp(password: string, caller: Caller, request: FastifyRequest): Promise<void> {
    const row = await this.shown(caller, password, '/password', request);
    await this.database.pool.query(
      `UPDATE users SET totp_secret_encrypted = NULL, totp_confirmed_at = NULL, recovery_code_hashes = '{}', revision = revision + 1, updated_at = now()
        WHERE id = $1`,
      [row.id],
    );
  }

  private async begin(db: Queryable, row: UserRow): Promise<BegunSession> {
    const token = generateToken();
    const session = await beginSession(db, {
      userId: row.id,
      passwordHash: row.password_hash as string,
      tokenHash: hashToken(token),
    });
    if (!session) throw refused();
    const user = { ...presentUser(row), lastSignedInAt: new Date().toISOString() };
    return { token, answer: { user, expiresAt: session.expiresAt.toISOString() } };
  }

  private async row(id: string): Promise<UserRow> {
    const row = await this.database.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw sessionEnded();
    return row;
  }

  /** The caller, who has shown the password again. Guesses count as attempts to sign in. */
  private async shown(caller: Caller, password: string, pointer: string, request: FastifyRequest): Promise<UserRow> {
    const row = await this.row(userIdOf(caller));
    request.auditNote = { refused: true, resourceId: row.id };
    const attempt = await countSignInAttempt(this.database.pool, row.address, request.ip);
    if (!(await passwordMatches(password, row.password_hash))) throw invalidField(pointer, 'Is not your password');
    await attempt.succeeded();
    request.auditNote = { resourceId: row.id };
    return row;
  }

  /** Takes a code of the authenticator or a recovery code, which then works no second time, also for two requests at once. */
  private async takeSecondFactor(row: UserRow, code: string): Promise<boolean> {
    const secret = this.secretOf(row);
    const step = secret === undefined ? null : totpStep(secret, code);
    if (step !== null) {
      const { rowCount } = await this.database.pool.query(
        `UPDATE users SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2`,
        [row.id, step],
      );
      return rowCount === 1;
    }
    const { rowCount } = await this.database.pool.query(
      `UPDATE users SET recovery_code_hashes = array_remove(recovery_code_hashes, $2)
        WHERE id = $1 AND $2 = ANY (recovery_code_hashes)`,
      [row.id, hashRecoveryCode(code)],
    );
    return rowCount === 1;
  }

  /** Undefined when ONCEMAIL_SECRET_KEY is another one by now: recovery codes still work, and an administrator can reset the factor. */
  private secretOf(row: UserRow): string | undefined {
    try {
      return this.secrets.decrypt(row.totp_secret_encrypted as Buffer, secretContext(row.id));
    } catch (error) {
      this.logger.warn({ err: error, userId: row.id }, 'the secret of an authenticator cannot be read');
      return undefined;
    }
  }
}

const secretContext = (userId: string) => `user ${userId} totp`;

function actedBy(row: UserRow, note: { resourceId: string }) {
  return { ...note, actor: { kind: 'user' as const, id: row.id, name: row.name } };
}

function userIdOf(caller: Caller): string {
  if (caller.kind === 'user') return caller.id;
  throw new Problem(
    'forbidden',
    'This is for signed-in users: an API key has neither a password nor an authenticator.',
  );
}

const challenge = { 'WWW-Authenticate': 'Bearer realm="oncemail"' };

function refused(): Problem {
  return new Problem('sign-in-refused', 'Email address, password or code is wrong.', { headers: challenge });
}

function linkRefused(): Problem {
  return new Problem('sign-in-refused', 'The link has been used, has expired or was replaced by another one.', {
    headers: challenge,
  });
}

function sessionEnded(): Problem {
  return new Problem('unauthenticated', 'The session has ended; sign in again.', { headers: challenge });
}
