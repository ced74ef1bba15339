import { Button, Group, Modal, Stack, Text, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useRef, type ReactNode } from 'react';

interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The question, as "Delete “Monday newsletter”?". */
  title: string;
  /** What will happen, in a sentence or two. */
  consequence: ReactNode;
  /** The verb of the button that does it. */
  confirm: string;
  danger?: boolean;
  /** Resolves when it is done; the dialog closes then and stays open when it rejects. */
  onConfirm: () => Promise<unknown>;
  busy?: boolean;
}

/** Asks before something is done, and says what it will do. */
export function ConfirmDialog({
  opened,
  onClose,
  title,
  consequence,
  confirm,
  danger = true,
  onConfirm,
  busy = false,
}: ConfirmDialogProps) {
  // A second click comes before the button shows that it works.
  const pressed = useRef(false);
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="md">
      <Stack>
        <Text component="div" fz="sm">
          {consequence}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button
            {...(danger ? { color: 'red.8' } : {})}
            loading={busy}
            onClick={() => {
              if (pressed.current) return;
              pressed.current = true;
              // A refusal has been told by the action's own notice: the dialog stays as it is.
              onConfirm()
                .then(onClose, () => undefined)
                .finally(() => (pressed.current = false));
            }}
          >
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface ConfirmButtonProps extends Omit<ConfirmDialogProps, 'opened' | 'onClose'> {
  children: ReactNode;
  button?: ButtonProps;
}

/** A button that asks first. */
export function ConfirmButton({ children, button, ...dialog }: ConfirmButtonProps) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {children}
      </Button>
      <ConfirmDialog {...dialog} opened={opened} onClose={close} />
    </>
  );
}
