import { Alert, Button, Group, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';

/** Says that a form shows what an earlier visit left unsaved, and offers to let it go. */
export function DraftNote({ restored, onDiscard }: { restored: boolean; onDiscard: () => void }) {
  return (
    <div role="status">
      {restored && (
        <Alert color="ink" variant="light" icon={<IconHistory size={18} aria-hidden />} mb="md" py={8}>
          <Group justify="space-between" gap="xs">
            <Text fz="sm" c="var(--mantine-color-text)">
              These are your unsaved changes from before.
            </Text>
            <Button size="compact-sm" variant="default" onClick={onDiscard}>
              Discard them
            </Button>
          </Group>
        </Alert>
      )}
    </div>
  );
}
