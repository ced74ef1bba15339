import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { api, dataOf, type Schema } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import type { Role } from '../../session.js';
import { roleChoices, roles } from './roles.js';

type User = Schema<'User'>;

interface UserDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The user to change; absent: somebody is invited. */
  user?: User;
  onInvited?: (invitation: Schema<'Invitation'>, name: string) => void;
}

/** Invites a user, or changes what is known of one. */
export function UserDialog({ opened, onClose, user, onInvited }: UserDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={user ? `Edit “${user.name}”` : 'Invite a user'}>
      <UserForm onClose={onClose} user={user} onInvited={onInvited} />
    </Modal>
  );
}

function UserForm({ onClose, user, onInvited }: Pick<UserDialogProps, 'onClose' | 'user' | 'onInvited'>) {
  const draft = useDraft(`user:${user?.id ?? 'new'}`, {
    name: user?.name ?? '',
    email: user?.email ?? '',
    role: user?.role ?? ('operator' as Role),
  });
  const { value } = draft;
  const save = useMutationWithNotice({
    run: async (): Promise<Schema<'Invitation'> | null> => {
      if (user) {
        await dataOf(api.PATCH('/api/v1/users/{id}', { params: { path: { id: user.id } }, body: value }));
        return null;
      }
      return (await dataOf(api.POST('/api/v1/users', { body: value }))).invitation;
    },
    done: () => (user ? 'Saved.' : null),
    changes: [['users']],
    showsProblems: true,
    onDone: (invitation) => {
      draft.keepNothing();
      onClose();
      if (invitation) onInvited?.(invitation, value.name);
    },
  });
  const errors = useFieldErrors(save.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          required
          withAsterisk={false}
          data-autofocus
          maxLength={200}
          value={value.name}
          onChange={(event) => draft.set({ name: event.currentTarget.value })}
          error={errors.at('/name')}
        />
        <TextInput
          label="Address"
          type="email"
          description="They sign in with it."
          required
          withAsterisk={false}
          value={value.email}
          onChange={(event) => draft.set({ email: event.currentTarget.value })}
          error={errors.at('/email')}
        />
        <Select
          label="Role"
          description={roles[value.role].meaning}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          data={roleChoices}
          value={value.role}
          onChange={(role) => draft.set({ role: role as Role })}
          error={errors.at('/role')}
        />
        <FormProblem errors={errors} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {user ? 'Save' : 'Make the invitation'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
