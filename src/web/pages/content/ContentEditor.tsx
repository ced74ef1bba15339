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

const fallbackSender: Mailbox = { name: 'Example', email: 'news@example.com' };

/** Subject, HTML and plain text on one side, the mail as a contact gets it on the other. */
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
  const [part, setPart] = useState<'html' | 'text'>('html');
  const [focused, setFocused] = useState<'subject' | 'body'>('body');
  const subject = useRef<HTMLInputElement>(null);
  const code = useRef<Insertable>(null);
  const preview = usePreview(value, {
    contactId: contact?.id,
    senderId,
    campaignName: campaignName?.trim() || undefined,
  });
  const attributes = useAttributes(listId, contact);
  const pictures = useInlinePictures(value.attachments);

  function insert(text: string): void {
    const input = subject.current;
    if (focused === 'body' || !input) {
      code.current?.insert(text);
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

  const mistake = (field: 'html' | 'text'): Mistake | undefined => {
    const found = preview.mistakeAt(field);
    if (found) return found;
    const message = refused?.(field);
    return message === undefined ? undefined : { message };
  };
  const otherMistake = part === 'html' ? mistake('text') : mistake('html');
  const placed = (['subject', 'html', 'text'] as const).some((field) => preview.mistakeAt(field));
  return (
    <div className={classes.sides}>
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
              setPart(next as 'html' | 'text');
              setFocused('body');
            }}
            data={[
              { value: 'html', label: 'HTML' },
              { value: 'text', label: 'Plain text' },
            ]}
          />
          {!readOnly && (
            <VariablesMenu
              attributes={attributes}
              inHtml={focused === 'body' && part === 'html'}
              onInsert={insert}
              target={focused === 'subject' ? 'the subject' : part === 'html' ? 'the HTML' : 'the plain text'}
            />
          )}
        </div>
        <CodeEditor
          key={part}
          ref={code}
          kind={part}
          label={part === 'html' ? 'HTML of the mail' : 'Plain text of the mail'}
          value={value[part]}
          readOnly={readOnly}
          onChange={(text) => onChange({ [part]: text })}
          onFocus={() => setFocused('body')}
          mistake={mistake(part)}
          height="min(560px, 70vh)"
        />
        <Text fz="xs" c="dimmed" mt={6}>
          {part === 'text'
            ? 'Leave it empty and it is made from the HTML.'
            : 'Values are escaped as they are put in. Ctrl F searches.'}
        </Text>
        <Attachments
          value={value.attachments}
          onChange={(attachments) => onChange({ attachments })}
          onInsert={(html) => {
            setFocused('body');
            code.current?.insert(html);
          }}
          readOnly={readOnly}
          error={refused?.('attachments')}
        />
        {otherMistake && (
          <Text fz="xs" c="var(--mantine-color-error)" mt={4}>
            There is a mistake in the {part === 'html' ? 'plain text' : 'HTML'} too.
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
