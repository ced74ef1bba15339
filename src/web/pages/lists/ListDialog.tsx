import { Button, Group, Modal, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { api, dataOf } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { listChanges, type ContactList } from './list.js';

interface ListDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The list to change; absent: a new one. */
  list?: ContactList;
}

/** Makes a list, or changes what is said about one. */
export function ListDialog({ opened, onClose, list }: ListDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={list ? `Edit “${list.name}”` : 'New list'}>
      <ListForm onClose={onClose} list={list} />
    </Modal>
  );
}

function ListForm({ onClose, list }: { onClose: () => void; list: ContactList | undefined }) {
  const navigate = useNavigate();
  const draft = useDraft(`list:${list?.id ?? 'new'}`, {
    name: list?.name ?? '',
    description: list?.description ?? '',
    geography: list?.geography ?? '',
    isp: list?.isp ?? '',
  });
  const save = useMutationWithNotice({
    run: () =>
      list
        ? dataOf(api.PATCH('/api/v1/lists/{id}', { params: { path: { id: list.id } }, body: draft.value }))
        : dataOf(api.POST('/api/v1/lists', { body: draft.value })),
    done: (saved) => (list ? 'Saved.' : `“${saved.name}” has been made: now its contacts.`),
    changes: listChanges(list?.id),
    showsProblems: true,
    onDone: (saved) => {
      draft.keepNothing();
      onClose();
      if (!list) void navigate({ to: `/lists/${saved.id}/import` });
    },
  });
  const errors = useFieldErrors(save.error);
  const { value } = draft;
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
        <Textarea
          label="Description"
          minRows={2}
          maxLength={2000}
          value={value.description}
          onChange={(event) => draft.set({ description: event.currentTarget.value })}
          error={errors.at('/description')}
        />
        <SimpleGrid cols={2}>
          <TextInput
            label="Geography"
            placeholder="DACH"
            maxLength={200}
            value={value.geography}
            onChange={(event) => draft.set({ geography: event.currentTarget.value })}
            error={errors.at('/geography')}
          />
          <TextInput
            label="ISP"
            placeholder="gmail"
            maxLength={200}
            value={value.isp}
            onChange={(event) => draft.set({ isp: event.currentTarget.value })}
            error={errors.at('/isp')}
          />
        </SimpleGrid>
        <FormProblem errors={errors} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {list ? 'Save' : 'Create list'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
