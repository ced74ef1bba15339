import { v7 as uuidv7 } from 'uuid';
import { listInput } from '../../api/lists/schemas.js';
import type { FileStep } from './fileStep.js';
import { listShape } from './shapes.js';
import { issues, oneLine } from './text.js';

/** `data_lists.json`: the lists. Their contacts come afterwards (`importContacts`). */
export async function importLists(step: FileStep, json: unknown): Promise<void> {
  for (const record of step.records(json, ['data_lists', 'lists'])) {
    const list = step.reading(listShape, record);
    if (!list) continue;
    const legacyId = record.id ?? `name:${list.name}`;
    let id = step.of('list', legacyId);
    if (id !== undefined) {
      step.report.already++;
    } else {
      const parsed = listInput.safeParse({
        name: oneLine(list.name, 200),
        description: list.description.slice(0, 2000),
        geography: oneLine(list.geography, 200),
        isp: oneLine(list.isp, 200),
      });
      if (!parsed.success) {
        step.skip(record, list.name, issues(parsed.error), 'Create the list by hand');
        continue;
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
    step.state.contactFiles.push({ list: id, legacyId, record, value: list });
  }
}
