import { Anchor, Button, Group, Modal, MultiSelect, Stack, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, dataOf, ProblemError } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useAllLists } from '../content/choices.js';
import { AttributeFields, attributesOf, problemOfRow, type AttributeRow } from './AttributeFields.js';
import { contactChanges } from './contact.js';
import { useKnownAttributes } from './useKnownAttributes.js';

interface ContactDialogProps {
  opened: boolean;
  onClose: () => void;
  /** Adds to this list, also somebody who is a contact already. */
  list?: { id: string; name: string };
}

/** Adds a contact: to a list, or to those that are chosen. */
export function ContactDialog({ opened, onClose, list }: ContactDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={list ? `Add a contact to “${list.name}”` : 'New contact'}>
      <ContactForm onClose={onClose} list={list} />
    </Modal>
  );
}

function ContactForm({ onClose, list }: { onClose: () => void; list: ContactDialogProps['list'] }) {
  const navigate = useNavigate();
  const lists = useAllLists();
  const known = useKnownAttributes();
  const draft = useDraft(`contact:new:${list?.id ?? ''}`, {
    email: '',
    name: '',
    listIds: [] as string[],
    attributes: [] as AttributeRow[],
  });
  const { value } = draft;
  const save = useMutationWithNotice({
    run: async () => {
      const { email, name, listIds } = value;
      const attributes = attributesOf(value.attributes);
      if (!list)
        return {
          contact: await dataOf(api.POST('/api/v1/contacts', { body: { email, name, attributes, listIds } })),
          added: 1,
        };
      return dataOf(
        api.POST('/api/v1/lists/{id}/contacts', {
          params: { path: { id: list.id } },
          body: { email, attributes, ...(name ? { name } : {}) },
        }),
      );
    },
    done: ({ added }) =>
      !list
        ? `${value.email} is a contact now.`
        : added > 0
          ? `${value.email} is on “${list.name}” now.`
          : `${value.email} was on “${list.name}” already; what you gave is kept.`,
    changes: contactChanges(),
    showsProblems: true,
    onDone: ({ contact }) => {
      draft.keepNothing();
      onClose();
      if (!list && contact) void navigate({ to: `/contacts/${contact.id}` });
    },
  });
  const errors = useFieldErrors(save.error);
  const twin = save.error instanceof ProblemError ? save.error.extensions['contactId'] : undefined;
  const wrong = value.attributes.some((row) => problemOfRow(row, value.attributes) !== null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) save.mutate();
      }}
    >
      <Stack>
        <div>
          <TextInput
            label="Email address"
            type="email"
            required
            withAsterisk={false}
            data-autofocus
            value={value.email}
            onChange={(event) => draft.set({ email: event.currentTarget.value })}
            error={errors.at('/email')}
          />
          {typeof twin === 'string' && (
            <Anchor component={Link} to={`/contacts/${twin}`} fz="sm">
              Open that contact
            </Anchor>
          )}
        </div>
        <TextInput
          label="Name"
          maxLength={200}
          value={value.name}
          onChange={(event) => draft.set({ name: event.currentTarget.value })}
          error={errors.at('/name')}
        />
        {!list && (
          <MultiSelect
            label="Lists"
            searchable
            data={(lists.data ?? []).map((l) => ({ value: l.id, label: l.name }))}
            value={value.listIds}
            onChange={(listIds) => draft.set({ listIds })}
            error={errors.at('/listIds')}
          />
        )}
        <AttributeFields
          rows={value.attributes}
          onChange={(attributes) => draft.set({ attributes })}
          known={known}
          error={errors.at('/attributes')}
        />
        <FormProblem errors={errors} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={wrong}>
            {list ? 'Add' : 'Create contact'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
