import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconTrash, type Icon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { DeleteDialog, type Deletion } from './DeleteDialog.js';

interface ActionsMenuProps {
  /** What the actions are for, as its page is called. */
  name: string;
  /** It stands beside the buttons of a page, not in a row of a table. */
  onPage?: boolean;
  width?: number;
  /** Puts the deletion at the end, which asks first; absent: whoever looks may not. */
  deletion?: Deletion | undefined;
  /** `MenuAction`s. */
  children: ReactNode;
}

/** The menu of what can be done with one thing, in its row and on its page. */
export function ActionsMenu({ name, onPage = false, width = 210, deletion, children }: ActionsMenuProps) {
  const [deleting, ask] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-end" width={width} shadow="md">
        <Menu.Target>
          <ActionIcon {...(onPage ? { size: 34, variant: 'default' } : {})} aria-label={`Actions for ${name}`}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {children}
          {deletion && (
            <>
              <Menu.Divider />
              <Menu.Item
                color="var(--mantine-color-error)"
                leftSection={<IconTrash size={15} aria-hidden />}
                onClick={ask.open}
              >
                Delete …
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {deletion && <DeleteDialog name={name} deletion={deletion} opened={deleting} onClose={ask.close} />}
    </>
  );
}

/** One action: a page of the app that it opens, a file that it loads down, or what a click does. */
export function MenuAction({
  icon: Shown,
  children,
  ...action
}: { icon: Icon; children: ReactNode } & ({ to: string } | { download: string } | { onClick: () => void })) {
  const icon = <Shown size={15} aria-hidden />;
  if ('to' in action) {
    return (
      <Menu.Item component={Link} to={action.to} leftSection={icon}>
        {children}
      </Menu.Item>
    );
  }
  if ('download' in action) {
    return (
      <Menu.Item component="a" href={action.download} download leftSection={icon}>
        {children}
      </Menu.Item>
    );
  }
  return (
    <Menu.Item leftSection={icon} onClick={action.onClick}>
      {children}
    </Menu.Item>
  );
}
