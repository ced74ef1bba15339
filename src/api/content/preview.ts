import { randomUUID } from 'node:crypto';
import { compileMessage, MessageError } from '../../mail/message.js';
import { TemplateRenderError, type CompiledContent, type TemplateVariables } from '../../mail/template.js';
import type { OutgoingMessage } from '../../mail/transport.js';
import { Problem } from '../common/problems.js';
import { linkWarnings } from './links.js';

/** For whom a preview or a test mail is rendered. */
export interface PreviewContact {
  email: string;
  name: string;
  attributes: Record<string, unknown>;
}

export interface PreviewContext {
  contact: PreviewContact;
  campaignName: string;
  scheduledFor: Date;
  sender: { fromName: string; fromEmail: string; replyTo: string | null };
  unsubscribeUrl: string;
}

export interface Preview {
  subject: string;
  html: string;
  text: string;
  bytes: number;
  variables: string[];
  warnings: string[];
}

/** A contact for previews that name none. */
export const exampleContact: PreviewContact = { email: 'ada@example.com', name: 'Ada Lovelace', attributes: {} };

/** A sender for previews of content that has none yet. */
export const exampleSender: PreviewContext['sender'] = {
  fromName: 'Example',
  fromEmail: 'news@example.com',
  replyTo: null,
};

/** Gmail shows no more than 102 KB of a mail. */
const clippedBytes = 102 * 1024;
const longSubject = 150;
const known =
  /^(contact\.(email|name|attributes(\..+|\[.+)?)|campaign\.name|run\.scheduledFor|sender\.(name|email|replyTo)|unsubscribeUrl)$/;

/** Content as one contact would get it, its size, and what about it may be a mistake. @throws Problem `validation` when it cannot be rendered. */
export function preview(content: CompiledContent, context: PreviewContext): Preview {
  const rendered = renderedOrRefused(() => content.render(variablesOf(context)));
  const variables = content.usedVariables();
  const bytes = buildMessage(content, context, '<preview@localhost>').raw.length;
  const warnings: string[] = [];
  if (rendered.subject.trim() === '') warnings.push('The subject is empty for this contact.');
  if (rendered.subject.length > longSubject)
    warnings.push(
      `The subject has ${rendered.subject.length} characters; most mail programs show fewer than ${longSubject}.`,
    );
  if (rendered.html.trim() === '') warnings.push('The HTML is empty for this contact.');
  if (bytes > clippedBytes)
    warnings.push(`The mail has ${Math.round(bytes / 1024)} KB; Gmail clips mails over 102 KB.`);
  for (const name of variables) {
    if (!known.test(name)) warnings.push(`{{ ${name} }} is not a variable that mails have; it renders as nothing.`);
    else if (lookUp(variablesOf(context), name) === undefined)
      warnings.push(`{{ ${name} }} has no value for this contact.`);
  }
  warnings.push(...linkWarnings(rendered.html, context.unsubscribeUrl));
  if (!variables.includes('unsubscribeUrl')) {
    warnings.push(
      'The content has no unsubscribe link ({{ unsubscribeUrl }}); mail programs still offer one from the header.',
    );
  }
  return { ...rendered, bytes, variables, warnings };
}

/** The finished message, as a run would send it. @throws Problem `validation` when it cannot be made. */
export function buildMessage(
  content: CompiledContent,
  context: PreviewContext,
  messageId: string,
  dkim?: DkimSettings,
): OutgoingMessage {
  return renderedOrRefused(() =>
    compileMessage({
      content,
      sender: context.sender,
      campaign: { name: context.campaignName },
      run: { id: randomUUID(), scheduledFor: context.scheduledFor },
      ...(dkim ? { dkim } : {}),
    }).build({ ...context.contact, messageId, unsubscribeUrl: context.unsubscribeUrl, date: new Date() }),
  );
}

type DkimSettings = NonNullable<Parameters<typeof compileMessage>[0]['dkim']>;

function variablesOf(context: PreviewContext): TemplateVariables {
  return {
    contact: context.contact,
    campaign: { name: context.campaignName },
    run: { scheduledFor: context.scheduledFor.toISOString() },
    sender: { name: context.sender.fromName, email: context.sender.fromEmail, replyTo: context.sender.replyTo ?? '' },
    unsubscribeUrl: context.unsubscribeUrl,
  };
}

function renderedOrRefused<T>(render: () => T): T {
  try {
    return render();
  } catch (error) {
    if (error instanceof TemplateRenderError || error instanceof MessageError) {
      throw new Problem('validation', error.message, { cause: error });
    }
    throw error;
  }
}

/** The value at a path as liquid writes it (`contact.attributes.city`, `contact.attributes["home town"]`). */
function lookUp(root: unknown, path: string): unknown {
  const segments = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    (m) => m[1] ?? m[2] ?? (m[3] as string),
  );
  let value: unknown = root;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}
