import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconTrash, type Icon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { createContext, useContext, useRef, type ReactNode, type RefObject } from 'react';
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

/** The button that has opened the menu. A dialog gives the focus back to where it was when it opened, and the item is gone by then. */
const Opener = createContext<RefObject<HTMLButtonElement | null> | null>(null);

/** The menu of what can be done with one thing, in its row and on its page. */
export function ActionsMenu({ name, onPage = false, width = 210, deletion, children }: ActionsMenuProps) {
  const [deleting, ask] = useDisclosure(false);
  const opener = useRef<HTMLButtonElement>(null);
  return (
    <Opener value={opener}>
      <Menu position="bottom-end" width={width} shadow="md">
        <Menu.Target>
          <ActionIcon
            ref={opener}
            {...(onPage ? { size: 34, variant: 'default' } : {})}
            aria-label={`Actions for ${name}`}
          >
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {children}
          {deletion && (
            <>
              <Menu.Divider />
              <MenuAction icon={IconTrash} color="var(--mantine-color-error)" asks={ask.open}>
                Delete
              </MenuAction>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {deletion && <DeleteDialog name={name} deletion={deletion} opened={deleting} onClose={ask.close} />}
    </Opener>
  );
}

/** One action: a page of the app that it opens, a file that it loads down, a dialog that it opens first (`asks`: its name ends with …), or what a click does. */
export function MenuAction({
  icon: Shown,
  color,
  children,
  ...action
}: { icon: Icon; color?: string; children: string } & (
  { to: string } | { download: string } | { asks: () => void } | { onClick: () => void }
)) {
  const opener = useContext(Opener);
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
  if ('asks' in action) {
    const ask = () => {
      opener?.current?.focus();
      action.asks();
    };
    return (
      <Menu.Item {...(color ? { color } : {})} leftSection={icon} onClick={ask}>
        {children}…
      </Menu.Item>
    );
  }
  return (
    <Menu.Item leftSection={icon} onClick={action.onClick}>
      {children}
    </Menu.Item>
  );
}
