import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { transaction, type Database } from '../../ledger/database.js';
import type { SecretBox } from '../../mail/secrets.js';
import { importBounces } from './bounces.js';
import { importCampaigns } from './campaigns.js';
import { Failure } from '../failure.js';
import { CannotImport } from './cannotImport.js';
import { importContacts } from './contacts.js';
import { FileStep } from './fileStep.js';
import { importLists } from './lists.js';
import { importNotifications } from './notifications.js';
import { readJson, UnreadableCollection } from './records.js';
import { fileReport, type FileReport, type LegacyReport } from './report.js';
import { importSchedules } from './schedules.js';
import { importAccounts, importRateLimits, importSmtpConfig } from './senders.js';
import { ImportState, type ImportOptions } from './state.js';
import { importTemplates } from './templates.js';
import { importUsers } from './users.js';

/**
 * Imports the files of the old manager from a directory, in an order in which what is named is there already.
 *
 * - Each file is one transaction. A record that the database refuses is a problem of that record; when something unexpected happens, the file is a
 *   problem, and nothing of it was imported. The other files go in, and the report is whole in any case.
 * - A record is imported once (`legacy_records`). Repeating the import adds what was skipped or new, and leaves alone what people have changed since.
 * - Nothing is mailed: automations are paused, and no run is started.
 *
 * @throws CannotImport
 */
export async function importLegacy(
  database: Database,
  secrets: SecretBox,
  options: ImportOptions,
): Promise<LegacyReport> {
  const there = await stat(options.directory).catch(() => null);
  if (!there?.isDirectory()) throw new CannotImport(`${options.directory} is not a directory.`);
  const { rows } = await database.pool.query<{ there: boolean }>(
    `SELECT to_regclass('legacy_records') IS NOT NULL AS there`,
  );
  if (!rows[0]?.there) throw new CannotImport('The database is not up to date: run "oncemail migrate" first.');
  const lock = await database.pool.connect();
  try {
    // Two imports at once would both find a record not yet imported.
    const { rows: locks } = await lock.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('oncemail import-legacy')) AS taken`,
    );
    if (!locks[0]?.taken) {
      options.onWait?.();
      await lock.query(`SELECT pg_advisory_lock(hashtext('oncemail import-legacy'))`);
    }
    await requireSender(database, options.senderId);
    const state = new ImportState(database, secrets, options);
    await state.load();
    await importAll(state);
    state.report.complete = state.report.files.every((f) => f.problems.length === 0);
    return state.report;
  } finally {
    await lock.query(`SELECT pg_advisory_unlock_all()`).catch(() => undefined);
    lock.release();
  }
}

async function requireSender(database: Database, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const { rowCount } = await database.pool.query(`SELECT FROM senders WHERE id = $1 AND deleted_at IS NULL`, [id]);
  if (rowCount === 0) throw new CannotImport(`There is no sender ${id}: --sender takes the ID of one that exists.`);
}

type InTransaction = (work: (client: pg.PoolClient) => Promise<void>) => Promise<void>;

async function importAll(state: ImportState): Promise<void> {
  const { database } = state;
  if (!state.options.dryRun) return importFiles(state, (work) => transaction(database, work));
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    await importFiles(state, async (work) => {
      await client.query('SAVEPOINT file');
      try {
        await work(client);
      } catch (error) {
        await client.query('ROLLBACK TO SAVEPOINT file');
        throw error;
      }
    });
  } finally {
    await client.query('ROLLBACK').catch((error: Error) => (broken = error));
    client.release(broken);
  }
}

async function importFiles(state: ImportState, inTransaction: InTransaction): Promise<void> {
  const step = (file: string, work: (step: FileStep, json: unknown) => void | Promise<void>) =>
    importFile(state, inTransaction, file, work);
  await step('users.json', importUsers);
  await step('rate_limit_config.json', importRateLimits);
  await step('smtp_config.json', importSmtpConfig);
  await step('accounts.json', importAccounts);
  const lists = new FileStep(state, state.database.pool, await step('data_lists.json', importLists));
  for (const file of state.contactFiles) await importContacts(lists, file);
  await step('templates.json', importTemplates);
  await step('campaigns.json', importCampaigns);
  await step('scheduled_campaigns.json', importSchedules);
  await step('bounce_data.json', importBounces);
  await step('notifications.json', importNotifications);
  for (const file of ['campaign_logs.json', 'delivery_data.json']) {
    if (!(await stat(join(state.options.directory, file)).catch(() => null))) continue;
    const reason =
      'What was sent in the past is no part of the ledger, which knows its own deliveries alone. Keep the file';
    state.report.files.push({
      ...fileReport(file),
      state: 'ignored',
      remarks: [{ pointer: '', what: file, reason, todo: 'Keep it as long as you need the history' }],
    });
  }
}

async function importFile(
  state: ImportState,
  inTransaction: InTransaction,
  file: string,
  work: (step: FileStep, json: unknown) => void | Promise<void>,
): Promise<FileReport> {
  const report = fileReport(file);
  state.report.files.push(report);
  const back = state.mark(report);
  try {
    const json = await readJson(state.options.directory, file);
    if (json === undefined) report.state = 'absent';
    else await inTransaction(async (client) => work(new FileStep(state, client, report), json));
  } catch (error) {
    back();
    const unreadable = error instanceof UnreadableCollection;
    report.state = unreadable ? 'unreadable' : 'failed';
    report.problems.push({
      pointer: '',
      what: file,
      reason: unreadable ? error.message : `It was not imported: ${Failure.of(error).message}`,
      todo: unreadable ? 'Repair the file and import again' : 'Import again when that is mended',
    });
  }
  return report;
}
