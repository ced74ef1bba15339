import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconDots,
  IconEdit,
  IconLockOpen,
  IconMailForward,
  IconTrash,
  IconUserOff,
  IconUserUp,
} from '@tabler/icons-react';
import { api, dataOf, type Schema } from '../../api.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useCurrentUser } from '../../session.js';
import { UserDialog } from './UserDialog.js';

type User = Schema<'User'>;
const changes = [['users']];

/** What can be done with a user. */
export function UserMenu({
  user,
  onInvited,
}: {
  user: User;
  onInvited: (invitation: Schema<'Invitation'>, name: string) => void;
}) {
  const [editing, edit] = useDisclosure(false);
  const [deleting, askDelete] = useDisclosure(false);
  const [resetting, askReset] = useDisclosure(false);
  const me = useCurrentUser().user?.id === user.id;
  const path = { params: { path: { id: user.id } } };
  const disable = useMutationWithNotice({
    run: () => dataOf(api.PATCH('/api/v1/users/{id}', { ...path, body: { disabled: !user.disabled } })),
    done: () =>
      user.disabled ? `${user.name} can sign in again.` : `${user.name} is signed out and can no longer sign in.`,
    undo: () => ({
      run: () => dataOf(api.PATCH('/api/v1/users/{id}', { ...path, body: { disabled: user.disabled } })),
      done: 'It is as it was.',
    }),
    changes,
  });
  const remove = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/users/{id}', path),
    done: () => `${user.name} is deleted.`,
    changes,
  });
  const invite = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/users/{id}/invitation', path)),
    done: () => null,
    changes,
    onDone: (invitation) => onInvited(invitation, user.name),
  });
  const reset = useMutationWithNotice({
    run: () => api.POST('/api/v1/users/{id}/reset-second-factor', path),
    done: () => `${user.name} signs in with the password alone now.`,
    changes,
  });
  return (
    <>
      <Menu position="bottom-end" shadow="md" width={230}>
        <Menu.Target>
          <ActionIcon aria-label={`Actions for ${user.name}`}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconEdit size={15} aria-hidden />} onClick={edit.open}>
            Edit
          </Menu.Item>
          <Menu.Item leftSection={<IconMailForward size={15} aria-hidden />} onClick={() => invite.mutate()}>
            {user.invited ? 'Another invitation' : 'Let them set a new password'}
          </Menu.Item>
          {user.secondFactor && (
            <Menu.Item leftSection={<IconLockOpen size={15} aria-hidden />} onClick={askReset.open}>
              Reset the authenticator
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={user.disabled ? <IconUserUp size={15} aria-hidden /> : <IconUserOff size={15} aria-hidden />}
            disabled={me}
            onClick={() => disable.mutate()}
          >
            {user.disabled ? 'Let them in again' : 'Disable'}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={15} aria-hidden />}
            disabled={me}
            onClick={askDelete.open}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <UserDialog opened={editing} onClose={edit.close} user={user} />
      <ConfirmDialog
        opened={deleting}
        onClose={askDelete.close}
        title={`Delete ${user.name}?`}
        consequence="They are signed out at once. The audit log keeps what they did, under their name."
        confirm="Delete"
        onConfirm={() => remove.mutateAsync()}
        busy={remove.isPending}
      />
      <ConfirmDialog
        opened={resetting}
        onClose={askReset.close}
        title={`Reset the authenticator of ${user.name}?`}
        consequence="Until they set up another one, their password alone lets them in. Make sure that it is they who ask."
        confirm="Reset"
        onConfirm={() => reset.mutateAsync()}
        busy={reset.isPending}
      />
    </>
  );
}
