import { setTimeout as delay } from 'node:timers/promises';
import { mergeImport } from '../../ledger/imports/mergeImport.js';
import { readImport, type ImportRecord } from '../../ledger/imports/readImport.js';
import { receiveImport } from '../../ledger/imports/receiveImport.js';
import type { Database } from '../../ledger/database.js';
import { ListGone } from '../../ledger/lists/shareList.js';
import { countContacts } from './countContacts.js';
import { contactSource, SourceFailed } from './contactSource.js';
import type { FileStep } from './fileStep.js';
import type { ContactFile } from './state.js';

const again = 'Repair the file and import again, or import it into the list: oncemail lists import';

/** The contacts of a list: an import of its own, which is applied whole or not at all, and is a problem of that list alone when it is not. */
export async function importContacts(
  step: FileStep,
  { list, legacyId, record, value, gone }: ContactFile,
): Promise<void> {
  const { database } = step.state;
  const { directory, dryRun } = step.options;
  const before = step.of('list-contacts', legacyId);
  const begun = before === undefined ? undefined : await readImport(database, before);
  // What is completed may be forgotten one day; what has failed, or was left by a crash, is not done.
  if (before !== undefined && (begun === undefined || begun.status === 'completed')) return;
  const remark = (reason: string, todo: string) => step.remark(record, value.name, reason, todo);
  const problem = (reason: string, todo: string) => step.problem(record, value.name, reason, todo);
  const source = await contactSource(directory, value);
  if (!source) {
    if (value.file === undefined) remark('It names no file of contacts', 'Import its contacts: oncemail lists import');
    else
      problem(
        `Its file ${value.file} is neither in data_lists nor beside it`,
        'Put it there and import again; or take the list out of data_lists.json',
      );
    return;
  }
  if (source.empty) {
    remark(`Its file ${source.name} is empty`, 'Nothing');
    return;
  }
  const deleted = () =>
    problem(
      'The list was deleted here before its contacts had been imported',
      `Import ${source.name} into another list: oncemail lists import; and take the list out of data_lists.json`,
    );
  if (gone) return deleted();
  try {
    if (dryRun) {
      const { rows, rejected } = await countContacts(source.open());
      remark(`${rows - rejected} contacts would be imported, ${rejected} rows rejected`, 'Nothing');
      return;
    }
    let id = begun !== undefined && begun.status !== 'failed' ? begun.id : undefined;
    if (id === undefined) {
      id = await receiveImport(database, { listId: list, fileName: source.name, body: source.open() });
      // From here on it is applied even if this process dies.
      await step.remember('list-contacts', legacyId, id);
    }
    const done = await applied(database, id);
    if (done.status !== 'completed') {
      if ((await step.living('lists', 'list', [legacyId])).length === 0) return deleted();
      problem(`${source.name}: ${done.error ?? `the import is ${done.status}`}`, again);
      return;
    }
    const first = done.errors[0];
    const rejections = `, ${done.rejected} of ${done.rows} rows rejected (line ${first?.line}: ${first?.reason})`;
    remark(
      `${done.added} contacts imported${done.rejected > 0 ? rejections : ''}`,
      done.rejected > 0 ? `GET /imports/${done.id}/rejected.csv lists them` : 'Nothing',
    );
  } catch (error) {
    if (error instanceof ListGone) deleted();
    else problem(`${source.name}: ${whyNot(error)}`, again);
  }
}

/** Applies an import, or waits for a worker that is doing it; answers how it has ended. @throws as `mergeImport` does */
async function applied(database: Database, importId: string): Promise<ImportRecord> {
  while ((await mergeImport(database, importId)) === 'held') await delay(200);
  return (await readImport(database, importId)) as ImportRecord;
}

/** Why the contacts did not come, in the words of what went wrong first. */
export function whyNot(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SourceFailed) return cause.message;
  }
  return error instanceof Error ? error.message : String(error);
}
