import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';

interface PageHeaderProps {
  title: string;
  /** The tab's title, where it differs. */
  documentTitle?: string;
  /** Beside the title: a state. */
  badge?: ReactNode;
  description?: ReactNode;
  /** Where one came from. */
  back?: { to: string; label: string };
  actions?: ReactNode;
}

/** The head of a page: its only h1, the title of the tab, and the focus after a navigation, so that screen readers say where one is. */
export function PageHeader({ title, documentTitle, badge, description, back, actions }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${documentTitle ?? title} · Oncemail`;
  }, [title, documentTitle]);
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || activeElement.closest('nav')) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <header style={{ marginBottom: 20 }}>
      {back && (
        <Anchor
          component={Link}
          to={back.to}
          fz="xs"
          c="dimmed"
          underline="hover"
          mb={4}
          style={{ display: 'inline-block' }}
        >
          ← {back.label}
        </Anchor>
      )}
      <Group justify="space-between" gap="sm" mih={34}>
        <Group gap="xs" style={{ minWidth: 0, flex: '1 1 150px' }}>
          <Title order={1} ref={heading} tabIndex={-1} style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {badge}
        </Group>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {description && (
        <Text component="div" c="dimmed" fz="sm" mt={2} maw={820}>
          {description}
        </Text>
      )}
    </header>
  );
}
