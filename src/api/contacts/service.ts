import { Inject, Injectable } from '@nestjs/common';
import { sql, type ExpressionBuilder, type SqlBool } from 'kysely';
import type pg from 'pg';
import { parseAddress } from '../../domain/address.js';
import { deleteContact } from '../../ledger/contacts/deleteContact.js';
import { transaction, type Database } from '../../ledger/database.js';
import { addToList } from '../../ledger/lists/addToList.js';
import { shareList } from '../../ledger/lists/shareList.js';
import type { Schema, SuppressionReason } from '../../ledger/schema.js';
import { rowVersion, versioned, type Precondition } from '../common/etag.js';
import { newId } from '../common/ids.js';
import { checked, mergePatch } from '../common/mergePatch.js';
import { paginate, type Page } from '../common/pagination.js';
import { invalidField, notFound, Problem, type ProblemDetail } from '../common/problems.js';
import { DATABASE } from '../common/tokens.js';
import {
  contactInput,
  type ContactInput,
  type ContactPatch,
  type ContactQuery,
  type ContactReplacement,
  type ContactStatus,
  type ContactView,
} from './schemas.js';

const sorts = {
  createdAt: { columns: [{ column: 'c.id', kind: 'uuid' }] },
  email: { columns: [{ column: 'c.address', kind: 'text' }] },
} as const;

interface Row {
  id: string;
  email: string;
  name: string;
  attributes: Record<string, unknown>;
  version: string;
  created_at: Date;
  updated_at: Date;
  reason: SuppressionReason | null;
  lists: { id: string; name: string }[];
}

@Injectable()
export class ContactsService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** A page of contacts, of one list where `listId` is given. */
  async list(query: ContactQuery & { listId?: string | undefined }): Promise<Page<ContactView>> {
    const { search, email, status, listId, sort, ...page } = query;
    let q = this.select();
    if (listId) {
      q = q
        .innerJoin('list_contacts as m', 'm.contact_id', 'c.id')
        .where('m.list_id', '=', listId) as unknown as typeof q;
    }
    if (email !== undefined) q = q.where('c.address', '=', addressOf(email));
    if (search) q = q.where(beginsWith('c.address', search));
    if (status) {
      const reason = status === 'suppressed' ? 'manual' : status;
      q = reason === 'subscribed' ? q.where('s.reason', 'is', null) : q.where('s.reason', '=', reason);
    }
    const { rows, nextCursor } = await paginate(q, {
      list: 'contacts',
      filters: { search, email, status, listId },
      sorts,
      sort: sort ?? (search ? 'email' : '-createdAt'),
      ...page,
    });
    return { items: rows.map((r) => present(r as unknown as Row)), nextCursor };
  }

  async get(id: string): Promise<ContactView> {
    const row = await this.select().where('c.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('contact', id);
    return present(row as unknown as Row);
  }

  /** @throws Problem 409 when another contact has the address. */
  async create(input: ContactInput, id = newId()): Promise<ContactView> {
    await transaction(this.database, async (client) => {
      await client.query(`INSERT INTO contacts (id, email, address, name, attributes) VALUES ($1, $2, $3, $4, $5)`, [
        id,
        input.email.email,
        input.email.address,
        input.name,
        JSON.stringify(input.attributes),
      ]);
      await setLists(client, id, input.listIds ?? []);
    }).catch((error: unknown) => this.refuseTwin(error, input));
    return this.get(id);
  }

  /** @throws Problem 409 when another contact has the address, 422 for a `status` that would suppress it. */
  replace(id: string, { status, ...input }: ContactReplacement, condition?: Precondition): Promise<ContactView> {
    return this.change(id, condition, status, () => input);
  }

  /** @throws Problem as `replace`. */
  patch(id: string, { status, ...patch }: ContactPatch, condition?: Precondition): Promise<ContactView> {
    return this.change(id, condition, status, (present) => checked(contactInput, mergePatch(present, patch)));
  }

  /** Deletes a contact; past deliveries stay, and a suppression of its address stays in force. */
  async delete(id: string, condition?: Precondition): Promise<void> {
    const deleted = await deleteContact(this.database, id, (version) => condition?.require(version));
    if (!deleted) throw notFound('contact', id);
  }

  private async change(
    id: string,
    condition: Precondition | undefined,
    status: ContactStatus | undefined,
    decide: (present: { email: string; name: string; attributes: Record<string, unknown> }) => ContactInput,
  ): Promise<ContactView> {
    let input: ContactInput | undefined;
    await transaction(this.database, async (client) => {
      const { rows } = await client.query<Row & { address: string }>(
        `SELECT *, xmin::text AS version FROM contacts WHERE id = $1 FOR NO KEY UPDATE`,
        [id],
      );
      const row = rows[0];
      if (!row) throw notFound('contact', id);
      condition?.require(row.version);
      await refuseSuppressing(client, row.address, status);
      input = decide({ email: row.email, name: row.name, attributes: row.attributes });
      await client.query(
        `UPDATE contacts SET email = $2, address = $3, name = $4, attributes = $5, updated_at = now() WHERE id = $1`,
        [row.id, input.email.email, input.email.address, input.name, JSON.stringify(input.attributes)],
      );
      if (input.listIds) await setLists(client, row.id, input.listIds);
    }).catch((error: unknown) => this.refuseTwin(error, input));
    return this.get(id);
  }

  private async refuseTwin(error: unknown, input: ContactInput | undefined): Promise<never> {
    const isTwin = error instanceof Error && 'constraint' in error && error.constraint === 'contacts_address_key';
    if (!isTwin || !input) throw error;
    const twin = await this.database.db
      .selectFrom('contacts')
      .select('id')
      .where('address', '=', input.email.address)
      .executeTakeFirst();
    throw new Problem('conflict', `Another contact has the address ${input.email.email}.`, {
      errors: [{ pointer: '/email', message: 'Another contact has this address' }],
      extensions: twin ? { contactId: twin.id } : {},
      cause: error,
    });
  }

  private select() {
    return this.database.db
      .selectFrom('contacts as c')
      .leftJoin('suppressions as s', 's.address', 'c.address')
      .select(['c.id', 'c.email', 'c.name', 'c.attributes', 'c.created_at', 'c.updated_at', 's.reason'])
      .select(rowVersion('c').as('version'))
      .select((eb: ExpressionBuilder<Schema & { c: Schema['contacts'] }, 'c'>) => [
        sql<{ id: string; name: string }[]>`coalesce((
          SELECT jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name) ORDER BY l.id)
            FROM list_contacts lm JOIN lists l ON l.id = lm.list_id AND l.deleted_at IS NULL
           WHERE lm.contact_id = ${eb.ref('c.id')}), '[]')`.as('lists'),
      ]);
  }
}

function addressOf(written: string): string {
  const parsed = parseAddress(written);
  return parsed.ok ? parsed.address : written.trim().toLowerCase();
}

/** True for rows whose address begins with a text: a range of the index, as addresses are compared byte by byte. */
export function beginsWith(column: string, search: string) {
  const from = addressOf(search);
  return sql<SqlBool>`(${sql.ref(column)} >= ${from} AND ${sql.ref(column)} < ${`${from}\u{10FFFF}`})`;
}

/** Makes a contact a member of exactly these lists. @throws Problem 422 naming the lists that do not exist. */
async function setLists(client: pg.PoolClient, contactId: string, listIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(listIds.map((l) => l.toLowerCase()))].sort();
  const errors: ProblemDetail[] = [];
  for (const listId of wanted) {
    if (await shareList(client, listId)) continue;
    errors.push({
      pointer: `/listIds/${listIds.findIndex((l) => l.toLowerCase() === listId)}`,
      message: `There is no list ${listId}`,
    });
  }
  if (errors.length > 0) throw new Problem('validation', 'The contact names lists that do not exist.', { errors });
  await client.query(`DELETE FROM list_contacts WHERE contact_id = $1 AND list_id <> ALL ($2::uuid[])`, [
    contactId,
    wanted,
  ]);
  for (const listId of wanted) await addToList(client, listId, [contactId]);
}

/** @throws Problem 422 for a status by which the contact would get no mail, when it has another one: that is not done here, and must not seem to be. */
async function refuseSuppressing(
  client: pg.PoolClient,
  address: string,
  wanted: ContactStatus | undefined,
): Promise<void> {
  if (wanted === undefined || wanted === 'subscribed') return;
  const { rows } = await client.query<{ reason: SuppressionReason }>(
    `SELECT reason FROM suppressions WHERE address = $1`,
    [address],
  );
  const present = contactStatus(rows[0]?.reason ?? null);
  if (present === wanted) return;
  throw invalidField('/status', `It is ${present}. POST /api/v1/suppressions suppresses the address`);
}

export function contactStatus(reason: SuppressionReason | null): ContactStatus {
  if (reason === null) return 'subscribed';
  return reason === 'manual' ? 'suppressed' : reason;
}

function present(row: Row): ContactView {
  const view: ContactView = {
    id: row.id,
    email: row.email,
    name: row.name,
    attributes: row.attributes as ContactView['attributes'],
    lists: row.lists,
    status: contactStatus(row.reason),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
  return versioned(view, row.version);
}
