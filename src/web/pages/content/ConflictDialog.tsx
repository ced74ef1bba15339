import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';

interface ConflictDialogProps {
  opened: boolean;
  /** What it is: "campaign". */
  what: string;
  /** In which fields the saved version differs from the form. */
  differences: string[];
  onKeepEditing: () => void;
  /** Loads what is saved and lets go of the form. */
  onTakeTheirs: () => void;
  /** Saves the form over what is saved. */
  onSaveMine: () => void;
  busy?: boolean;
}

/** Somebody else has saved the same thing meanwhile (412): nothing is lost until one of the two is chosen. */
export function ConflictDialog({
  opened,
  what,
  differences,
  onKeepEditing,
  onTakeTheirs,
  onSaveMine,
  busy = false,
}: ConflictDialogProps) {
  return (
    <Modal opened={opened} onClose={onKeepEditing} title={`Somebody else has saved this ${what}`} size="lg">
      <Stack>
        <Text fz="sm">
          It has been saved since you opened it, so your changes were not saved over it. They are still in the form.
        </Text>
        {differences.length > 0 && (
          <div>
            <Text fz="sm">What is saved now differs from your form in:</Text>
            <List fz="sm">
              {differences.map((field) => (
                <List.Item key={field}>{field}</List.Item>
              ))}
            </List>
          </div>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onKeepEditing} data-autofocus>
            Keep editing
          </Button>
          <Button variant="default" onClick={onTakeTheirs}>
            Take theirs, drop mine
          </Button>
          <Button color="red.8" onClick={onSaveMine} loading={busy}>
            Save mine over theirs
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
