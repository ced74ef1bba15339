import { Alert, Button, Center, Group, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconInbox, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ProblemError } from '../api.js';
import type { FieldErrors } from '../hooks/useFieldErrors.js';

/** What a list says when there is nothing in it: what would be here, and how it comes. */
export function EmptyState({
  title,
  children,
  action,
  icon: Shown = IconInbox,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: Icon;
}) {
  return (
    <Center py={48} px="md">
      <Stack align="center" gap={6} maw={420} ta="center">
        <ThemeIcon variant="light" color="gray" size={44} radius="xl" mb={6}>
          <Shown size={22} aria-hidden />
        </ThemeIcon>
        <Text fw={600}>{title}</Text>
        {children && (
          <Text component="div" c="dimmed" fz="sm">
            {children}
          </Text>
        )}
        {action && <Group mt="sm">{action}</Group>}
      </Stack>
    </Center>
  );
}

/** A refusal or failure where its content would be, with the problem's own words and a way to try again. */
export function ErrorState({
  error,
  retry,
  retrying = false,
}: {
  error: unknown;
  retry?: () => unknown;
  retrying?: boolean;
}) {
  const problem = error instanceof ProblemError ? error : undefined;
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={problem?.title ?? 'This could not be shown'}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text fz="sm" c="var(--mantine-color-text)">
          {problem?.detail || (error instanceof Error ? error.message : String(error))}
        </Text>
        {problem?.requestId && (
          <Text fz="xs" c="var(--mantine-color-text)">
            Request <code>{problem.requestId}</code>
          </Text>
        )}
        {retry && problem?.status !== 404 && (
          <Button size="xs" variant="default" loading={retrying} onClick={() => void retry()}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Lines where text is about to be; as high as what replaces them. */
export function LoadingLines({ lines = 6 }: { lines?: number }) {
  return (
    <Stack gap="sm" aria-hidden>
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={i} height={18} width={`${94 - ((i * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

/** Above a form: what was refused without a field of its own that shows it. */
export function FormProblem({ errors }: { errors: FieldErrors }) {
  const rest = errors.rest();
  if (rest.length === 0) return null;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
      {rest.map((message) => (
        <Text key={message} fz="sm" c="var(--mantine-color-text)">
          {message}
        </Text>
      ))}
    </Alert>
  );
}
