import { Paper, Text, Title, type PaperProps } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Section.module.css';

/** A section of a page with its own heading. */
export function Section({
  title,
  description,
  actions,
  children,
  ...paper
}: PaperProps & { title?: string; description?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <Paper
      component="section"
      withBorder
      radius="lg"
      p="md"
      bg="var(--app-surface)"
      style={{ borderColor: 'var(--app-border)' }}
      {...paper}
    >
      {(title || actions) && (
        <div
          style={{
            display: 'flex',
            flexWrap: 'wrap',
            gap: 8,
            justifyContent: 'space-between',
            alignItems: description ? 'flex-start' : 'center',
            marginBottom: 12,
          }}
        >
          <div>
            {title && <Title order={2}>{title}</Title>}
            {description && (
              <Text component="div" fz="sm" c="dimmed">
                {description}
              </Text>
            )}
          </div>
          {actions}
        </div>
      )}
      {children}
    </Paper>
  );
}

/** One figure of a row of cards. */
export function Figure({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className={classes.figure}>
      <Text fz="xs" c="dimmed">
        {label}
      </Text>
      <Text
        component="div"
        fz={22}
        lh="30px"
        fw={600}
        className="tabular"
        style={{ whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' }}
      >
        {value}
      </Text>
      <Text component="div" fz="xs" c="dimmed" className={classes.note} style={{ minHeight: 18 }}>
        {note}
      </Text>
    </div>
  );
}
