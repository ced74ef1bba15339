import { useDisclosure } from '@mantine/hooks';
import { IconEdit, IconLockOpen, IconMailForward, IconUserOff, IconUserUp } from '@tabler/icons-react';
import { api, dataOf, type Schema } from '../../api.js';
import { ActionsMenu, MenuAction } from '../../components/ActionsMenu.js';
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
      <ActionsMenu
        name={user.name}
        width={230}
        deletion={
          me
            ? undefined
            : {
                run: () => api.DELETE('/api/v1/users/{id}', path),
                consequence: 'They are signed out at once. The audit log keeps what they did, under their name.',
                done: `${user.name} is deleted.`,
                changes,
              }
        }
      >
        <MenuAction icon={IconEdit} asks={edit.open}>
          Edit
        </MenuAction>
        <MenuAction icon={IconMailForward} onClick={() => invite.mutate()}>
          {user.invited ? 'Another invitation' : 'Let them set a new password'}
        </MenuAction>
        {user.secondFactor && (
          <MenuAction icon={IconLockOpen} asks={askReset.open}>
            Reset the authenticator
          </MenuAction>
        )}
        {!me && (
          <MenuAction icon={user.disabled ? IconUserUp : IconUserOff} onClick={() => disable.mutate()}>
            {user.disabled ? 'Let them in again' : 'Disable'}
          </MenuAction>
        )}
      </ActionsMenu>
      <UserDialog opened={editing} onClose={edit.close} user={user} />
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
