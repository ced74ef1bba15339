import {
  Avatar,
  Menu,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  type MantineColorScheme,
} from '@mantine/core';
import { IconKeyboard, IconLogout, IconSelector, IconUserCircle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { api } from '../api.js';
import { useMutationWithNotice } from '../hooks/useMutationWithNotice.js';
import { sessionKey, useSession } from '../session.js';

/** Who is signed in, the colours, and the way out. */
export function ProfileMenu() {
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const opener = useRef<HTMLButtonElement>(null);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/session'),
    done: () => null,
    onDone: () => {
      // Nothing of one user is left for the next.
      queries.clear();
      queries.setQueryData(sessionKey, null);
      void navigate({ to: '/sign-in' });
    },
  });
  if (!session) return null;
  return (
    <Menu position="top-start" width={236} shadow="md">
      <Menu.Target>
        <UnstyledButton
          ref={opener}
          style={{ display: 'flex', alignItems: 'center', gap: 9, width: '100%', padding: 6, borderRadius: 6 }}
        >
          <Avatar size={26} radius="xl" color="ink" name={session.name} alt="" variant="filled" aria-hidden />
          <span style={{ flex: 1, minWidth: 0 }}>
            <Text span display="block" fz={13} fw={500} truncate lh={1.25}>
              {session.name}
            </Text>
            <Text span display="block" fz={11.5} c="dimmed" lh={1.25}>
              {session.role}
              <span className="visually-hidden">, account menu</span>
            </Text>
          </span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Colours</Menu.Label>
        <div style={{ padding: '0 8px 8px' }}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Colours"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as MantineColorScheme)}
            data={[
              { value: 'auto', label: 'Auto' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to="/account" leftSection={<IconUserCircle size={15} aria-hidden />}>
          Your account
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKeyboard size={15} aria-hidden />}
          onClick={() => {
            // Where the focus goes back to: the item is gone when the help closes.
            opener.current?.focus();
            dispatchEvent(new KeyboardEvent('keydown', { key: '?' }));
          }}
        >
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={15} aria-hidden />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
