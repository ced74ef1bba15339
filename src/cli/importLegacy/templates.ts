import { v7 as uuidv7 } from 'uuid';
import { templateInput } from '../../api/templates/schemas.js';
import { contentOf, syntaxProblem } from './content.js';
import type { FileStep } from './fileStep.js';
import { templateShape } from './shapes.js';
import { issues, oneLine } from './text.js';

/** `templates.json`. */
export async function importTemplates(step: FileStep, json: unknown): Promise<void> {
  await step.each(step.records(json, ['templates']), async (record) => {
    const template = step.reading(templateShape, record);
    if (!template) return;
    const legacyId = record.id ?? `name:${template.name}`;
    if (step.isDone(record, 'template', legacyId, template.name)) return;
    const content = contentOf(step, template.subject, template.html, template.text, record, template.name);
    const parsed = templateInput.safeParse({ name: oneLine(template.name, 200), ...content });
    const problem = parsed.success ? syntaxProblem(parsed.data) : issues(parsed.error);
    if (!parsed.success || problem) {
      step.skip(record, template.name, problem ?? '', 'Create the template by hand');
      return;
    }
    const id = uuidv7();
    const { name, subject, html, text } = parsed.data;
    await step.client.query(`INSERT INTO templates (id, name, subject, html, text) VALUES ($1, $2, $3, $4, $5)`, [
      id,
      name,
      subject,
      html,
      text ?? null,
    ]);
    await step.remember('template', legacyId, id);
    step.report.imported++;
  });
}
