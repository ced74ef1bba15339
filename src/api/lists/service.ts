import { Inject, Injectable } from '@nestjs/common';
import { sql, type Selectable } from 'kysely';
import { csvLine } from '../../domain/csv/write.js';
import { attributeNamesOfList, exportContacts } from '../../ledger/contacts/exportContacts.js';
import { upsertContact } from '../../ledger/contacts/upsertContact.js';
import { transaction, type Database } from '../../ledger/database.js';
import { addToList } from '../../ledger/lists/addToList.js';
import { deleteList } from '../../ledger/lists/deleteList.js';
import { shareList } from '../../ledger/lists/shareList.js';
import type { ListsTable } from '../../ledger/schema.js';
import { rowVersion, versioned, type Precondition } from '../common/etag.js';
import { newId } from '../common/ids.js';
import { patched } from '../common/mergePatch.js';
import { paginate, type Page } from '../common/pagination.js';
import { inUse, notFound, Problem } from '../common/problems.js';
import { contains } from '../common/search.js';
import { DATABASE } from '../common/tokens.js';
import type { ContactQuery, ContactView } from '../contacts/schemas.js';
import { ContactsService } from '../contacts/service.js';
import {
  listInput,
  type ListInput,
  type ListPatch,
  type ListQuery,
  type ListView,
  type MembersAdded,
  type MembersInput,
} from './schemas.js';

type Row = Selectable<ListsTable> & { contacts: number; version: string };

const sorts = {
  createdAt: { columns: [{ column: 'l.id', kind: 'uuid' }] },
  name: {
    columns: [
      { column: 'l.name', kind: 'text' },
      { column: 'l.id', kind: 'uuid' },
    ],
  },
} as const;

@Injectable()
export class ListsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ContactsService) private readonly contacts: ContactsService,
  ) {}

  async list(query: ListQuery): Promise<Page<ListView>> {
    const { search, geography, isp, ...page } = query;
    let q = this.select();
    if (search) q = q.where(contains('l.name', search));
    if (geography !== undefined) q = q.where('l.geography', '=', geography);
    if (isp !== undefined) q = q.where('l.isp', '=', isp);
    const { rows, nextCursor } = await paginate(q, {
      list: 'lists',
      filters: { search, geography, isp },
      sorts,
      ...page,
    });
    return { items: rows.map(present), nextCursor };
  }

  async get(id: string): Promise<ListView> {
    const row = await this.select().where('l.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('list', id);
    return present(row);
  }

  async create(input: ListInput, id = newId()): Promise<ListView> {
    await this.database.db
      .insertInto('lists')
      .values({ id, ...input })
      .execute();
    return this.get(id);
  }

  replace(id: string, input: ListInput, condition?: Precondition): Promise<ListView> {
    return this.change(id, condition, () => input);
  }

  patch(id: string, patch: ListPatch, condition?: Precondition): Promise<ListView> {
    return this.change(id, condition, ({ name, description, geography, isp }) =>
      patched(listInput, { name, description, geography, isp }, patch),
    );
  }

  /** @throws Problem 409 naming the campaigns, and their automations, that use the list. */
  async delete(id: string, condition?: Precondition): Promise<void> {
    const deletion = await deleteList(this.database, id, (version) => condition?.require(version));
    if (!deletion) throw notFound('list', id);
    if (deletion.deleted) return;
    const names = deletion.usedBy.map(({ name, automations }) =>
      automations.length === 0 ? `"${name}"` : `"${name}" (run by ${automations.map((a) => `"${a.name}"`).join(', ')})`,
    );
    throw inUse(
      `Campaigns use this list: ${names.join(', ')}.`,
      deletion.usedBy.flatMap(({ id: campaignId, name, automations }) => [
        { kind: 'campaign', id: campaignId, name },
        ...automations.map((a) => ({ kind: 'automation', ...a })),
      ]),
    );
  }

  async members(id: string, query: ContactQuery): Promise<Page<ContactView>> {
    await this.exists(id);
    return this.contacts.list({ ...query, listId: id });
  }

  /** Adds one contact by its address, making it if there is none, or contacts that exist by their IDs. */
  async addMembers(id: string, input: MembersInput): Promise<MembersAdded> {
    const { added, contactId } = await transaction(this.database, async (client) => {
      if (!(await shareList(client, id))) throw notFound('list', id);
      if ('contactIds' in input) {
        const result = await addToList(client, id, input.contactIds);
        if (result.unknown.length === 0) return { added: result.added, contactId: null };
        const errors = result.unknown.slice(0, 100).map((unknown) => ({
          pointer: `/contactIds/${input.contactIds.indexOf(unknown)}`,
          message: `There is no contact ${unknown}`,
        }));
        throw new Problem('validation', 'Some of the IDs name no contact.', { errors });
      }
      const contact = await upsertContact(client, {
        email: input.email.email,
        address: input.email.address,
        name: input.name ?? '',
        attributes: input.attributes ?? {},
      });
      return { added: (await addToList(client, id, [contact.id])).added, contactId: contact.id };
    });
    return { added, contact: contactId === null ? null : await this.contacts.get(contactId) };
  }

  async removeMember(id: string, contactId: string): Promise<void> {
    await this.exists(id);
    const { rowCount } = await this.database.pool.query(
      `DELETE FROM list_contacts WHERE list_id = $1 AND contact_id = $2`,
      [id, contactId],
    );
    if (rowCount === 0) throw new Problem('not-found', `Contact ${contactId} is not a member of list ${id}.`);
  }

  /** The contacts of a list as CSV that an import reads back to the same. @throws Problem 404 before the first line. */
  async csv(id: string): Promise<AsyncIterable<string>> {
    await this.exists(id);
    return this.csvLines(id);
  }

  private async *csvLines(id: string): AsyncGenerator<string> {
    const names = await attributeNamesOfList(this.database, id);
    yield csvLine(['email', 'name', ...names]);
    for await (const contacts of exportContacts(this.database, id, names)) {
      yield contacts.map((c) => csvLine([c.email, c.name, ...c.attributes])).join('');
    }
  }

  private async exists(id: string): Promise<void> {
    const row = await this.database.db
      .selectFrom('lists')
      .select('id')
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!row) throw notFound('list', id);
  }

  private async change(
    id: string,
    condition: Precondition | undefined,
    decide: (row: Selectable<ListsTable>) => ListInput,
  ): Promise<ListView> {
    await this.database.db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('lists')
        .selectAll()
        .select(rowVersion().as('version'))
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (!row) throw notFound('list', id);
      condition?.require(row.version);
      await trx
        .updateTable('lists')
        .set({ ...decide(row), updated_at: new Date() })
        .where('id', '=', row.id)
        .execute();
    });
    return this.get(id);
  }

  /** Members are counted exactly, by an index-only scan for each list of the page. */
  private select() {
    return this.database.db
      .selectFrom('lists as l')
      .selectAll('l')
      .select(rowVersion('l').as('version'))
      .select(
        sql<number>`(SELECT count(*)::int FROM list_contacts m WHERE m.list_id = ${sql.ref('l.id')})`.as('contacts'),
      )
      .where('l.deleted_at', 'is', null);
  }
}

function present(row: Row): ListView {
  const view: ListView = {
    id: row.id,
    name: row.name,
    description: row.description,
    geography: row.geography,
    isp: row.isp,
    contacts: row.contacts,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
  return versioned(view, row.version);
}
