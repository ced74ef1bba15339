import { Center, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import icon from '../../icon.svg?inline';

/** The frame of the pages before the app: one card in the middle. */
export function EntryFrame({
  title,
  description,
  children,
}: {
  title: string;
  description?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Oncemail`;
  }, [title]);
  return (
    <Center component="main" mih="100vh" p="md" bg="var(--app-sunken)">
      <Stack w="100%" maw={400} gap="lg">
        <Stack gap={4} align="center" ta="center">
          <img src={icon} alt="Oncemail" width={40} height={40} style={{ marginBottom: 8 }} />
          <Title order={1}>{title}</Title>
          {description && (
            <Text c="dimmed" fz="sm">
              {description}
            </Text>
          )}
        </Stack>
        <Paper withBorder radius="lg" p="lg" style={{ borderColor: 'var(--app-border)' }} bg="var(--app-surface)">
          {children}
        </Paper>
      </Stack>
    </Center>
  );
}
