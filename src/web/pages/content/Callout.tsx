import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Callout.module.css';

/** Something to look at (`warn`), or that stands in the way (`bad`), calm enough to stand beside text in both schemes. */
export function Callout({
  tone,
  title,
  children,
  items = [],
}: {
  tone: 'warn' | 'bad';
  title?: string;
  children?: ReactNode;
  /** Sentences, as a list where there are several. */
  items?: readonly string[];
}) {
  const Shown = tone === 'bad' ? IconCircleX : IconAlertTriangle;
  return (
    <Alert
      classNames={{ root: classes.root, icon: classes.icon, title: classes.title, body: classes.body }}
      data-tone={tone}
      variant="transparent"
      icon={<Shown size={18} aria-hidden />}
      {...(title ? { title } : {})}
      {...(tone === 'bad' ? { role: 'alert' } : {})}
    >
      <Text component="div" fz="sm" c="var(--mantine-color-text)" style={{ overflowWrap: 'anywhere' }}>
        {children}
        {items.length === 1 && items[0]}
        {items.length > 1 && (
          <List fz="sm" spacing={2}>
            {items.map((item) => (
              <List.Item key={item}>{item}</List.Item>
            ))}
          </List>
        )}
      </Text>
    </Alert>
  );
}
