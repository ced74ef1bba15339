import { Alert, Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from './CopyButton.js';

interface SecretOnceProps {
  /** Null: nothing to show. */
  secret: string | null;
  title: string;
  /** What it is for, and for how long it works. */
  children: ReactNode;
  /** How the server keeps it. */
  kept?: string;
  onClose: () => void;
}

/** What it was opened from, a dialog of its own as a rule, is gone by the time it closes. */
function focusPage(): void {
  if (document.activeElement === document.body) document.querySelector('h1')?.focus({ preventScroll: true });
}

/** Shows what the API tells a single time. It closes by its button alone, so that a click beside it loses nothing. */
export function SecretOnce({ secret, title, children, kept = 'stored as a hash', onClose }: SecretOnceProps) {
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      onExitTransitionEnd={focusPage}
    >
      <Stack>
        <Text component="div" fz="sm">
          {children}
        </Text>
        <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} data-secret>
          {secret}
        </Code>
        <Alert color="yellow" variant="light">
          It is shown this once, and {kept}: nobody can read it again.
        </Alert>
        <Group justify="flex-end" gap="xs">
          <CopyButton text={secret ?? ''} />
          <Button onClick={onClose} data-autofocus>
            I have it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
