import { Loader, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useRef, useState, type ReactNode } from 'react';
import type { Schema } from '../../api.js';
import { problemText } from '../../hooks/useMutationWithNotice.js';
import { useKnownAttributes } from '../contacts/useKnownAttributes.js';
import { Attachments } from './Attachments.js';
import { useInlinePictures, withPictures } from './attachments.js';
import { Callout } from './Callout.js';
import { CodeEditor, type Insertable, type Mistake } from './CodeEditor.js';
import classes from './ContentEditor.module.css';
import { ContactPicker, exampleContact } from './ContactPicker.js';
import { MailPreview, type Mailbox } from './MailPreview.js';
import { usePreview, type Content } from './usePreview.js';
import { VariablesMenu } from './VariablesMenu.js';

interface ContentEditorProps {
  value: Content;
  onChange: (change: Partial<Content>) => void;
  readOnly?: boolean;
  /** What the server refused when it was saved, by field. */
  refused?: (field: 'subject' | 'html' | 'text' | 'attachments') => string | undefined;
  from?: Mailbox | undefined;
  senderId?: string | undefined;
  campaignName?: string | undefined;
  /** The list whose contacts are offered first, and whose attributes the menu knows. */
  listId?: string | undefined;
  contact: Schema<'Contact'> | null;
  onContact: (contact: Schema<'Contact'> | null) => void;
  /** Above the code: what else belongs to the content. */
  children?: ReactNode;
}

type Kind = 'html' | 'text';

const editors: Record<Kind, { name: string; label: string; called: string; hint: string }> = {
  html: {
    name: 'HTML',
    label: 'HTML of the mail',
    called: 'the HTML',
    hint: 'Values are escaped as they are put in. Ctrl F searches.',
  },
  text: {
    name: 'Plain text',
    label: 'Plain text of the mail',
    called: 'the plain text',
    hint: 'Leave it empty and it is made from the HTML.',
  },
};

const fallbackSender: Mailbox = { name: 'Example', email: 'news@example.com' };

/**
 * Subject, HTML or plain text on one side, the mail as a contact gets it on the other; or HTML and plain text beside each other, and the
 * mail below them.
 */
export function ContentEditor({
  value,
  onChange,
  readOnly = false,
  refused,
  from = fallbackSender,
  senderId,
  campaignName,
  listId,
  contact,
  onContact,
  children,
}: ContentEditorProps) {
  const [part, setPart] = useState<Kind | 'both'>('html');
  const [focused, setFocused] = useState<'subject' | Kind>('html');
  const subject = useRef<HTMLInputElement>(null);
  const codes = useRef<Partial<Record<Kind, Insertable | null>>>({});
  const preview = usePreview(value, {
    contactId: contact?.id,
    senderId,
    campaignName: campaignName?.trim() || undefined,
  });
  const attributes = useAttributes(listId, contact);
  const pictures = useInlinePictures(value.attachments);

  const shown: readonly Kind[] = part === 'both' ? ['html', 'text'] : [part];
  // What is typed in from outside goes into the editor that was used last.
  const body = focused !== 'subject' && shown.includes(focused) ? focused : (shown[0] as Kind);
  function insert(text: string): void {
    const input = subject.current;
    if (focused !== 'subject' || !input) {
      codes.current[body]?.insert(text);
      return;
    }
    input.focus();
    input.setRangeText(
      text,
      input.selectionStart ?? value.subject.length,
      input.selectionEnd ?? value.subject.length,
      'end',
    );
    onChange({ subject: input.value });
  }

  const mistake = (field: Kind): Mistake | undefined => {
    const found = preview.mistakeAt(field);
    if (found) return found;
    const message = refused?.(field);
    return message === undefined ? undefined : { message };
  };
  const hidden = (['html', 'text'] as const).find((kind) => !shown.includes(kind) && mistake(kind));
  const placed = (['subject', 'html', 'text'] as const).some((field) => preview.mistakeAt(field));
  return (
    <div className={classes.sides} data-wide={part === 'both' ? '' : undefined}>
      <div style={{ minWidth: 0 }}>
        {children}
        <TextInput
          ref={subject}
          label="Subject"
          required
          withAsterisk={false}
          readOnly={readOnly}
          value={value.subject}
          onChange={(event) => onChange({ subject: event.currentTarget.value })}
          onFocus={() => setFocused('subject')}
          error={preview.mistakeAt('subject')?.message ?? refused?.('subject')}
          placeholder="What it is about, in a few words"
        />
        <div className={classes.bar}>
          <SegmentedControl
            size="xs"
            aria-label="Part of the mail"
            value={part}
            onChange={(next) => {
              setPart(next as Kind | 'both');
              setFocused(next === 'text' ? 'text' : 'html');
            }}
            data={[
              { value: 'html', label: 'HTML' },
              { value: 'text', label: 'Plain text' },
              { value: 'both', label: 'Side by side' },
            ]}
          />
          {!readOnly && (
            <VariablesMenu
              attributes={attributes}
              inHtml={focused !== 'subject' && body === 'html'}
              onInsert={insert}
              target={focused === 'subject' ? 'the subject' : editors[body].called}
            />
          )}
        </div>
        <div className={classes.editors} data-both={part === 'both' ? '' : undefined}>
          {shown.map((kind) => (
            <div key={kind}>
              {part === 'both' && (
                <div className={classes.kind} aria-hidden>
                  {editors[kind].name}
                </div>
              )}
              <CodeEditor
                ref={(editor) => {
                  codes.current[kind] = editor;
                }}
                kind={kind}
                label={editors[kind].label}
                value={value[kind]}
                readOnly={readOnly}
                onChange={(text) => onChange({ [kind]: text })}
                onFocus={() => setFocused(kind)}
                mistake={mistake(kind)}
                // Beside each other they leave room for the mail below them.
                height={part === 'both' ? 'min(420px, 45vh)' : 'min(560px, 70vh)'}
              />
              <Text fz="xs" c="dimmed" mt={6}>
                {editors[kind].hint}
              </Text>
            </div>
          ))}
        </div>
        <Attachments
          value={value.attachments}
          onChange={(attachments) => onChange({ attachments })}
          onInsert={(html) => {
            setFocused('html');
            if (codes.current.html) {
              codes.current.html.insert(html);
              return;
            }
            // The HTML is not shown: at its end, where one sees it.
            onChange({ html: `${value.html}\n${html}` });
            if (part === 'text') setPart('html');
          }}
          readOnly={readOnly}
          error={refused?.('attachments')}
        />
        {hidden && (
          <Text fz="xs" c="var(--mantine-color-error)" mt={4}>
            There is a mistake in {editors[hidden].called} too.
          </Text>
        )}
      </div>
      <Stack gap="sm" className={classes.preview}>
        <ContactPicker label="Preview as" value={contact} onChange={onContact} listId={listId} />
        <MailPreview
          mail={preview.mail && { ...preview.mail, html: withPictures(preview.mail.html, pictures) }}
          attachments={value.attachments}
          from={from}
          to={contact ?? exampleContact}
          old={preview.old}
        />
        <div role="status" style={{ minHeight: 22 }}>
          {preview.problem ? (
            <Callout tone="bad">
              {placed ? 'The preview waits: there is a mistake in what is written.' : problemText(preview.problem)}
            </Callout>
          ) : !preview.mail ? (
            <>
              <Loader size="xs" type="dots" aria-hidden />
              <span className="visually-hidden">Making the preview</span>
            </>
          ) : (
            <Warnings warnings={preview.mail.warnings} />
          )}
        </div>
      </Stack>
    </div>
  );
}

/** What about a mail may be a mistake. */
export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) {
    return (
      <Text fz="xs" c="dimmed" style={{ display: 'flex', alignItems: 'center', gap: 6 }}>
        <IconCircleCheck size={15} color="var(--app-good)" aria-hidden /> Nothing stands out.
      </Text>
    );
  }
  return <Callout tone="warn" items={warnings} />;
}

const longestMenu = 40;

/** The names of attributes that a mail can use. */
function useAttributes(listId: string | undefined, contact: Schema<'Contact'> | null): string[] {
  const names = [...useKnownAttributes(listId), ...Object.keys(contact?.attributes ?? {})];
  return [...new Set(names)].sort((a, b) => a.localeCompare(b)).slice(0, longestMenu);
}
