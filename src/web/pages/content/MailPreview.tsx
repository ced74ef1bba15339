import { SegmentedControl, Skeleton, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconPaperclip } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { mailDocument } from './mailDocument.js';
import classes from './MailPreview.module.css';

export interface ShownMail {
  subject: string;
  html: string;
  text: string;
  bytes: number;
}

export interface Mailbox {
  name: string;
  email: string;
}

type Width = 'desktop' | 'phone' | 'text';

const desktopWidth = 640;
const phoneWidth = 375;

interface MailPreviewProps {
  mail: ShownMail | undefined;
  from: Mailbox;
  to: Mailbox;
  /** What is shown is being renewed. */
  old?: boolean;
  height?: number;
  attachments?: readonly { id: string; filename: string; disposition: 'attachment' | 'inline' }[];
}

/**
 * A mail as a mail program shows it, at the width of a desktop or a phone, or its plain text. It stands in a frame whose sandbox lets no
 * script run and no form be sent.
 */
export function MailPreview({ mail, from, to, old = false, height = 520, attachments = [] }: MailPreviewProps) {
  const [width, setWidth] = useState<Width>('desktop');
  const { ref, width: available } = useElementSize();
  const frame = useRef<HTMLIFrameElement>(null);
  const focused = useFrameFocus(frame);
  const html = mail?.html;
  const document = useMemo(() => (html === undefined ? '' : mailDocument(html)), [html]);
  const natural = width === 'phone' ? phoneWidth : Math.max(desktopWidth, available);
  const room = width === 'phone' ? available - 24 : available;
  const scale = available === 0 ? 1 : Math.min(1, room / natural);
  const sender = from.name || from.email;
  const files = attachments.filter((a) => a.disposition === 'attachment');
  return (
    <div>
      <SegmentedControl
        size="xs"
        mb={8}
        aria-label="Show the mail as"
        value={width}
        onChange={(value) => setWidth(value as Width)}
        data={[
          { value: 'desktop', label: 'Desktop' },
          { value: 'phone', label: 'Phone' },
          { value: 'text', label: 'Plain text' },
        ]}
      />
      <div className={classes.client} role="group" aria-label="Preview of the mail">
        <div className={classes.head}>
          <div className={classes.initial} aria-hidden>
            {sender.slice(0, 1).toUpperCase()}
          </div>
          <div className={classes.lines}>
            <div className={classes.subject} data-testid="preview-subject">
              {mail ? mail.subject || '(no subject)' : <Skeleton height={18} width="70%" my={2} />}
            </div>
            <div className={classes.line}>
              <Text component="span" inherit c="var(--mantine-color-text)" fw={500}>
                {sender}
              </Text>{' '}
              &lt;{from.email}&gt;
            </div>
            <div className={classes.line}>
              to {to.name ? `${to.name} <${to.email}>` : to.email}
              {mail && ` · ${size(mail.bytes)}`}
            </div>
            {files.length > 0 && (
              <div className={classes.line}>
                <IconPaperclip size={13} aria-hidden style={{ verticalAlign: -2 }} />{' '}
                {files.map((a) => a.filename).join(', ')}
              </div>
            )}
          </div>
        </div>
        <div ref={ref}>
          {!mail ? (
            <Skeleton height={height} radius={0} />
          ) : width === 'text' ? (
            // It scrolls by keyboard too (WCAG 2.1.1).
            // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex
            <pre className={classes.plain} style={{ height }} tabIndex={0} aria-label="Plain text of the mail">
              {mail.text}
            </pre>
          ) : (
            <div
              className={`${classes.stage} ${old ? classes.old : ''}`}
              data-width={width}
              data-focused={focused ? '' : undefined}
              style={{ height }}
            >
              <div style={{ width: natural * scale, height: width === 'phone' ? height - 40 : height }}>
                <iframe
                  ref={frame}
                  className={classes.frame}
                  title="The mail"
                  // Links may open in tabs of their own; nothing else is allowed, scripts above all.
                  sandbox="allow-popups allow-popups-to-escape-sandbox"
                  srcDoc={document}
                  style={{
                    width: natural,
                    height: (width === 'phone' ? height - 40 : height) / scale,
                    transform: scale < 1 ? `scale(${scale})` : undefined,
                  }}
                />
              </div>
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

/** Whether the focus is in a frame: no selector of CSS tells. */
function useFrameFocus(frame: React.RefObject<HTMLIFrameElement | null>): boolean {
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    const look = () => setFocused(frame.current !== null && document.activeElement === frame.current);
    addEventListener('blur', look);
    addEventListener('focus', look);
    return () => {
      removeEventListener('blur', look);
      removeEventListener('focus', look);
    };
  }, [frame]);
  return focused;
}

/** `940 bytes`, `12 KB`: as mail programs count. */
export function size(bytes: number): string {
  return bytes < 1000 ? `${bytes} bytes` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}
