import { v7 as uuidv7 } from 'uuid';
import { listInput } from '../../api/lists/schemas.js';
import type { FileStep } from './fileStep.js';
import { listShape } from './shapes.js';
import { issues, oneLine } from './text.js';

/** What a description must not hold: all control characters but tabs and line ends. */
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+/g;

/** `data_lists.json`: the lists. Their contacts come afterwards (`importContacts`). */
export async function importLists(step: FileStep, json: unknown): Promise<void> {
  await step.each(step.records(json, ['data_lists', 'lists']), async (record) => {
    const list = step.reading(listShape, record);
    if (!list) return;
    const legacyId = record.id ?? `name:${list.name}`;
    if (step.isTwin(record, 'list', legacyId, list.name)) return;
    let id = step.isKnown('list', legacyId) ? step.of('list', legacyId) : undefined;
    const gone = id !== undefined && (await step.living('lists', 'list', [legacyId])).length === 0;
    if (id === undefined) {
      const parsed = listInput.safeParse({
        name: oneLine(list.name, 200),
        description: list.description.replace(control, ' ').slice(0, 2000),
        geography: oneLine(list.geography, 200),
        isp: oneLine(list.isp, 200),
      });
      if (!parsed.success) {
        step.skip(record, list.name, issues(parsed.error), 'Create the list by hand');
        return;
      }
      id = uuidv7();
      const { name, description, geography, isp } = parsed.data;
      await step.client.query(`INSERT INTO lists (id, name, description, geography, isp) VALUES ($1, $2, $3, $4, $5)`, [
        id,
        name,
        description,
        geography,
        isp,
      ]);
      await step.remember('list', legacyId, id);
      step.report.imported++;
    }
    step.state.contactFiles.push({ list: id, legacyId, record, value: list, gone });
  });
}
