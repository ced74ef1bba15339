import { compileContent, TemplateSyntaxError } from '../../mail/template.js';
import type { FileStep } from './fileStep.js';
import { asHtml, asLiquid } from './mapping.js';
import type { LegacyRecord } from './records.js';
import { oneLine } from './text.js';

/** The content of a mail as Liquid; what became of braces is remarked. */
export function contentOf(
  step: FileStep,
  subject: string,
  html: string,
  text: string | undefined,
  record: LegacyRecord,
  what: string,
) {
  const parts = {
    subject: asLiquid(oneLine(subject, 2000)),
    html: asLiquid(asHtml(html)),
    text: asLiquid(text ?? ''),
  };
  const named = [...new Set(Object.values(parts).flatMap((p) => p.named))];
  if (named.length > 0) {
    const list = named.map((n) => `{{ ${n} }}`).join(', ');
    step.remark(record, what, `${list} became variables of the contact`, 'Preview the mail');
  }
  if (Object.values(parts).some((p) => p.kept)) {
    step.remark(record, what, 'It has {{ or {% that are no variables; they are kept as text', 'Preview the mail');
  }
  return { subject: parts.subject.liquid, html: parts.html.liquid, ...(text ? { text: parts.text.liquid } : {}) };
}

/** What is wrong with the Liquid of a content; undefined when it can be rendered. */
export function syntaxProblem(content: {
  subject: string;
  html: string;
  text?: string | null | undefined;
}): string | undefined {
  try {
    compileContent({ subject: content.subject, html: content.html, text: content.text ?? null });
    return undefined;
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error.message;
    throw error;
  }
}
