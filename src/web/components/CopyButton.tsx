import { ActionIcon, Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { noticeProblem } from '../hooks/useMutationWithNotice.js';

interface CopyButtonProps {
  text: string;
  /** What is copied, for screen readers where several can be: "the run ID". */
  what?: string;
  /** `small`: beside a label; `icon`: behind the text itself, in its line. */
  look?: 'small' | 'icon';
}

/** How long it says that it has copied, in milliseconds. */
const saidMs = 2000;

/** Puts a text on the clipboard and says that it has, also on pages that are served without TLS, where browsers have no clipboard API. */
export function CopyButton({ text, what, look }: CopyButtonProps) {
  const [copied, setCopied] = useState(0);
  useEffect(() => {
    if (copied === 0) return;
    const timer = setTimeout(() => setCopied(0), saidMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    copyText(text).then(() => setCopied((times) => times + 1), noticeProblem);
  };
  const Shown = copied > 0 ? IconCheck : IconCopy;
  const said = copied > 0 ? 'Copied' : 'Copy';
  const name = what === undefined ? {} : { 'aria-label': `${said} ${what}` };
  if (look === 'icon') {
    return (
      <ActionIcon size={24} onClick={copy} style={{ verticalAlign: 'middle' }} {...name}>
        <Shown size={14} aria-hidden />
      </ActionIcon>
    );
  }
  const small = look === 'small';
  return (
    <Button
      variant="default"
      {...(small ? { size: 'compact-xs' } : {})}
      leftSection={<Shown size={small ? 13 : 16} aria-hidden />}
      onClick={copy}
      {...name}
    >
      {said}
    </Button>
  );
}

async function copyText(text: string): Promise<void> {
  // Typed as always there; it is in secure contexts only.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) return clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('aria-hidden', 'true');
  field.style.cssText = 'position: fixed; opacity: 0';
  const focused = document.activeElement as HTMLElement | null;
  document.body.append(field);
  field.select();
  // The one way without the API: deprecated, and still everywhere.
  const done = document.execCommand('copy');
  field.remove();
  focused?.focus();
  if (!done) throw new Error('The browser does not let this page copy: select the text and copy it yourself.');
}
