import { randomUUID } from 'node:crypto';
import { contentIdsIn, type ContentAttachment } from '../../domain/attachment.js';
import {
  type AttachmentSource,
  compileAttachments,
  type CompiledAttachments,
  outlineAttachments,
} from '../../mail/attachments.js';
import { type CompiledMessage, compileMessage, isPlain, MessageError } from '../../mail/message.js';
import {
  senderVariables,
  TemplateRenderError,
  type CompiledContent,
  type TemplateVariables,
} from '../../mail/template.js';
import { messageSize, type OutgoingMessage } from '../../mail/transport.js';
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
  attachments?: readonly ContentAttachment[];
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
/** Larger ones are refused by some servers, old ones above all. */
const largeBytes = 10 * 1024 * 1024;
const known =
  /^(contact\.(email|name|attributes(\..+|\[.+)?)|campaign\.name|run\.scheduledFor|sender\.(name|email|fromName|fromEmail|replyTo)|unsubscribeUrl)$/;

/** Content as one contact would get it, its size, and what about it may be a mistake. @throws Problem `validation` when it cannot be rendered. */
export function preview(content: CompiledContent, context: PreviewContext): Preview {
  const rendered = renderedOrRefused(() => content.render(variablesOf(context)));
  const variables = content.usedVariables();
  const attachments = context.attachments ?? [];
  const message = outlined(content, context, attachments);
  const bytes = messageSize(message);
  const warnings: string[] = [];
  if (rendered.subject.trim() === '') warnings.push('The subject is empty for this contact.');
  if (rendered.subject.length > longSubject)
    warnings.push(
      `The subject has ${rendered.subject.length} characters; most mail programs show fewer than ${longSubject}.`,
    );
  if (rendered.html.trim() === '') warnings.push('The HTML is empty for this contact.');
  // Attachments do not count for that.
  const ownBytes = message.raw.length;
  if (ownBytes > clippedBytes)
    warnings.push(
      `The ${attachments.length > 0 ? 'text of the mail' : 'mail'} has ${Math.round(ownBytes / 1024)} KB; Gmail clips mails over 102 KB.`,
    );
  if (bytes > largeBytes) {
    warnings.push(
      `The mail has ${Math.round(bytes / 1024 / 1024)} MB with its attachments; some servers refuse mails over 10 MB.`,
    );
  }
  warnings.push(...contentIdWarnings(content, attachments));
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

/** The finished message, as a run would send it, without attachments. @throws Problem `validation` when it cannot be made. */
export function buildMessage(
  content: CompiledContent,
  context: PreviewContext,
  messageId: string,
  dkim?: DkimSettings,
): OutgoingMessage {
  return builder(content, context, { dkim })(context.contact, messageId);
}

/** Makes finished messages of one content with its attachments, for several recipients. The builder throws a Problem `validation` when one cannot be made. */
export function builder(
  content: CompiledContent,
  context: PreviewContext,
  parts: { dkim?: DkimSettings | undefined; attachments?: readonly AttachmentSource[] },
): (contact: PreviewContact, messageId: string) => OutgoingMessage {
  return building(content, context, parts.dkim, (runId) =>
    compileAttachments(runId, parts.attachments ?? [], !isPlain(content)),
  );
}

/** The message without the bytes of its attachments: for its size. */
function outlined(
  content: CompiledContent,
  context: PreviewContext,
  attachments: readonly ContentAttachment[],
): OutgoingMessage {
  const outline = (runId: string) => outlineAttachments(runId, attachments, !isPlain(content));
  return building(content, context, undefined, outline)(context.contact, '<preview@localhost>');
}

function building(
  content: CompiledContent,
  context: PreviewContext,
  dkim: DkimSettings | undefined,
  attach: (runId: string) => CompiledAttachments | null,
): (contact: PreviewContact, messageId: string) => OutgoingMessage {
  const id = randomUUID();
  let compiled: CompiledMessage | undefined;
  return (contact, messageId) =>
    renderedOrRefused(() => {
      compiled ??= compileMessage({
        content,
        sender: context.sender,
        campaign: { name: context.campaignName },
        run: { id, scheduledFor: context.scheduledFor },
        attachments: attach(id),
        ...(dkim ? { dkim } : {}),
      });
      return compiled.build({ ...contact, messageId, unsubscribeUrl: context.unsubscribeUrl, date: new Date() });
    });
}

/** What the HTML refers to and nothing has, and the other way round. */
function contentIdWarnings(content: CompiledContent, attachments: readonly ContentAttachment[]): string[] {
  const wanted = contentIdsIn(content.html.literals);
  const had = new Set(attachments.map((a) => a.contentId));
  const missing = wanted
    .filter((id) => !had.has(id))
    .map(
      (id) =>
        `The HTML refers to cid:${id}, which no attachment is: upload the picture, and attach it with the contentId "${id}".`,
    );
  // An address that a variable completes may be any of them.
  const open = content.html.literals.some((piece) => /\bcid:[^\s"'<>()]*$/i.test(piece));
  const unused = attachments.filter(
    (a) => a.disposition === 'inline' && a.contentId !== null && !wanted.includes(a.contentId) && !open,
  );
  return [
    ...missing,
    ...unused.map((a) =>
      isPlain(content)
        ? `"${a.filename}" is inline, but there is no HTML to show it: it is offered as a file.`
        : `Nothing in the HTML refers to the inline attachment "${a.filename}": use cid:${a.contentId}, or make it an attachment.`,
    ),
  ];
}

type DkimSettings = NonNullable<Parameters<typeof compileMessage>[0]['dkim']>;

function variablesOf(context: PreviewContext): TemplateVariables {
  return {
    contact: context.contact,
    campaign: { name: context.campaignName },
    run: { scheduledFor: context.scheduledFor.toISOString() },
    sender: senderVariables(context.sender),
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
