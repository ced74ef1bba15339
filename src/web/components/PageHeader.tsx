import { Anchor, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import classes from './PageHeader.module.css';

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
    <header className={classes.header}>
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
      <div className={classes.row}>
        <div className={classes.name}>
          <Title order={1} ref={heading} tabIndex={-1} style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {badge}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
        {description && <div className={classes.description}>{description}</div>}
      </div>
    </header>
  );
}
