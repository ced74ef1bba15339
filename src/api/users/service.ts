import { Inject, Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type pg from 'pg';
import type { Config } from '../../config.js';
import { parseAddress } from '../../domain/address.js';
import { transaction, type Database } from '../../ledger/database.js';
import type { Role, UsersTable } from '../../ledger/schema.js';
import { isLastAdmin, lockAdmins } from '../../ledger/users/admins.js';
import { endSessionsOf } from '../../ledger/users/sessions.js';
import { hashPassword, refuseWeak } from '../auth/passwords.js';
import { generateToken, hashToken } from '../auth/tokens.js';
import { versioned, type Precondition } from '../common/etag.js';
import { newId } from '../common/ids.js';
import { paginate, type Page } from '../common/pagination.js';
import { invalidField, notFound, Problem } from '../common/problems.js';
import { CONFIG, DATABASE } from '../common/tokens.js';
import type { InvitationView, UserInput, UserPatch, UserQuery, UserView } from './schemas.js';

const sorts = { createdAt: { columns: [{ column: 'users.id', kind: 'uuid' }] } } as const;
const invitationDays = 7;

type UserRow = Selectable<UsersTable>;

@Injectable()
export class UsersService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(query: UserQuery): Promise<Page<UserView>> {
    const { role, disabled, ...page } = query;
    let q = this.database.db.selectFrom('users').selectAll();
    if (role) q = q.where('role', '=', role);
    if (disabled !== undefined) q = q.where('disabled', '=', disabled);
    const { rows, nextCursor } = await paginate(q, {
      list: 'users',
      filters: { role, disabled },
      sorts,
      sort: '-createdAt',
      ...page,
    });
    return { items: rows.map(presentUser), nextCursor };
  }

  async get(id: string): Promise<UserView> {
    return presentUser(await this.row(id));
  }

  /** Creates a user with a password, or with an invitation whose token is answered this once. */
  async create(input: UserInput): Promise<UserView & { invitation: InvitationView | null }> {
    const passwordHash = input.password === undefined ? null : await this.hashed(input.password, input.email);
    const offer = passwordHash === null ? this.newInvitation() : null;
    const row = await insertUser(this.database.pool, {
      email: input.email,
      name: input.name,
      role: input.role,
      passwordHash,
      invitation: offer,
    });
    return versioned({ ...presentUser(row), invitation: offer?.view ?? null }, row.revision);
  }

  /**
   * Changes a user. A new password or a user who is disabled ends all sessions of the user; a new role counts from the next request on.
   * @throws Problem `conflict` when it would leave nobody who can sign in as an administrator, also when two requests try side by side.
   */
  async change(id: string, patch: UserPatch, condition?: Precondition): Promise<UserView> {
    const passwordHash =
      patch.password === undefined
        ? undefined
        : await this.hashed(patch.password, patch.email ?? (await this.row(id)).email);
    return transaction(this.database, async (client) => {
      await lockAdmins(client);
      await requireVersion(client, id, condition);
      const demotes = patch.role !== undefined && patch.role !== 'admin';
      if ((demotes || patch.disabled === true) && (await isLastAdmin(client, id))) throw lastAdmin();
      const identity = patch.email === undefined ? undefined : identityOf(patch.email);
      const { rows } = await unique(() =>
        client.query<UserRow>(
          `UPDATE users SET email = coalesce($2, email), address = coalesce($3, address), name = coalesce($4, name),
                  role = coalesce($5, role), disabled = coalesce($6, disabled), password_hash = coalesce($7, password_hash),
                  invitation_hash = CASE WHEN $7::text IS NULL THEN invitation_hash END,
                  invitation_expires_at = CASE WHEN $7::text IS NULL THEN invitation_expires_at END,
                  revision = revision + 1, updated_at = now()
            WHERE id = $1 RETURNING *`,
          [id, identity?.email, identity?.address, patch.name, patch.role, patch.disabled, passwordHash],
        ),
      );
      const row = rows[0];
      if (!row) throw notFound('user', id);
      if (patch.disabled === true || passwordHash !== undefined) await endSessionsOf(client, id);
      return presentUser(row);
    });
  }

  /** Deletes a user and ends their sessions; the audit log keeps the name. */
  async delete(id: string, condition?: Precondition): Promise<void> {
    await transaction(this.database, async (client) => {
      await lockAdmins(client);
      await requireVersion(client, id, condition);
      if (await isLastAdmin(client, id)) throw lastAdmin();
      const { rowCount } = await client.query(`DELETE FROM users WHERE id = $1`, [id]);
      if (rowCount === 0) throw notFound('user', id);
    });
  }

  /** A new invitation, with which the user sets a (new) password; an earlier one stops working. */
  async invite(id: string): Promise<InvitationView> {
    const offer = this.newInvitation();
    const { rowCount } = await this.database.pool.query(
      `UPDATE users SET invitation_hash = $2, invitation_expires_at = $3, revision = revision + 1, updated_at = now() WHERE id = $1`,
      [id, offer.hash, offer.view.expiresAt],
    );
    if (rowCount === 0) throw notFound('user', id);
    return offer.view;
  }

  /** Takes the second factor away from a user who has lost it; the password alone signs in then. */
  async resetSecondFactor(id: string): Promise<UserView> {
    const { rows } = await this.database.pool.query<UserRow>(
      `UPDATE users SET totp_secret_encrypted = NULL, totp_confirmed_at = NULL, recovery_code_hashes = '{}', revision = revision + 1, updated_at = now()
        WHERE id = $1 RETURNING *`,
      [id],
    );
    if (!rows[0]) throw notFound('user', id);
    return presentUser(rows[0]);
  }

  private async row(id: string): Promise<UserRow> {
    const row = await this.database.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('user', id);
    return row;
  }

  private hashed(password: string, email: string): Promise<string> {
    refuseWeak(password, email, '/password');
    return hashPassword(password);
  }

  private newInvitation(): { hash: Buffer; view: InvitationView } {
    const token = generateToken();
    return {
      hash: hashToken(token),
      view: {
        token,
        url: `${this.config.publicUrl}/app/invitation#${token}`,
        expiresAt: new Date(Date.now() + invitationDays * 86_400_000).toISOString(),
      },
    };
  }
}

/** Locks a user's row and compares its version. @throws Problem 404, 412. */
async function requireVersion(client: pg.PoolClient, id: string, condition: Precondition | undefined): Promise<void> {
  const { rows } = await client.query<{ revision: number }>(`SELECT revision FROM users WHERE id = $1 FOR UPDATE`, [
    id,
  ]);
  if (!rows[0]) throw notFound('user', id);
  condition?.require(rows[0].revision);
}

/** Inserts a user. @throws Problem `conflict` when somebody has the address already. */
export async function insertUser(
  db: Pick<pg.Pool | pg.PoolClient, 'query'>,
  input: {
    email: string;
    name: string;
    role: Role;
    passwordHash: string | null;
    invitation?: { hash: Buffer; view: { expiresAt: string } } | null;
  },
): Promise<UserRow> {
  const { email, address } = identityOf(input.email);
  const { rows } = await unique(() =>
    db.query<UserRow>(
      `INSERT INTO users (id, email, address, name, role, password_hash, invitation_hash, invitation_expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
      [
        newId(),
        email,
        address,
        input.name,
        input.role,
        input.passwordHash,
        input.invitation?.hash ?? null,
        input.invitation?.view.expiresAt ?? null,
      ],
    ),
  );
  return rows[0] as UserRow;
}

async function unique<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    throw new Problem('conflict', 'Another user has this email address.', { cause: error });
  }
}

function identityOf(email: string): { email: string; address: string } {
  const parsed = parseAddress(email);
  if (!parsed.ok) throw invalidField('/email', `Not an email address: ${parsed.reason}`);
  return parsed;
}

function lastAdmin(): Problem {
  return new Problem(
    'conflict',
    'This is the last user who can sign in as an administrator; make another one first, and have the invitation accepted.',
  );
}

export function presentUser(row: UserRow): UserView {
  const view: UserView = {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    disabled: row.disabled,
    invited: row.password_hash === null,
    invitationExpiresAt: row.invitation_expires_at?.toISOString() ?? null,
    secondFactor: row.totp_confirmed_at !== null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    lastSignedInAt: row.last_signed_in_at?.toISOString() ?? null,
  };
  return versioned(view, row.revision);
}
