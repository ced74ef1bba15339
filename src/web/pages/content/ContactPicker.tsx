import { Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf, type Schema } from '../../api.js';

type Contact = Schema<'Contact'>;

/** For whom a mail is shown when nobody is chosen: the API's own example. */
export const exampleContact = { email: 'ada@example.com', name: 'Ada Lovelace' };

interface ContactPickerProps {
  label: string;
  description?: string;
  value: Contact | null;
  onChange: (contact: Contact | null) => void;
  /** Offers the contacts of this list before anything is typed. */
  listId?: string | undefined;
}

/** Chooses a contact by the beginning of its address; nobody: the example. */
export function ContactPicker({ label, description, value, onChange, listId }: ContactPickerProps) {
  const [typed, setTyped] = useState('');
  // What the field shows of the choice itself is no search.
  const asked = typed === value?.email || typed === exampleContact.email ? '' : typed.trim();
  const [search] = useDebouncedValue(asked, 250);
  const found = useQuery({
    queryKey: ['contacts', 'picker', search, search === '' ? listId : undefined],
    queryFn: () =>
      dataOf(
        api.GET('/api/v1/contacts', {
          params: { query: { limit: 20, ...(search === '' ? { listId } : { search }) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const contacts = found.data?.items ?? [];
  const all = value && !contacts.some((c) => c.id === value.id) ? [value, ...contacts] : contacts;
  const names = new Map(all.map((c) => [c.id, c.name]));
  return (
    <Select
      label={label}
      description={description}
      searchable
      value={value?.id ?? 'example'}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(id) => {
        if (id === 'example') onChange(null);
        const chosen = all.find((c) => c.id === id);
        if (chosen) onChange(chosen);
      }}
      // What is chosen stays among the options, also while another is searched.
      data={[{ value: 'example', label: exampleContact.email }, ...all.map((c) => ({ value: c.id, label: c.email }))]}
      filter={({ options }) =>
        asked === ''
          ? options
          : options.filter((o) => !('value' in o) || found.data?.items.some((c) => c.id === o.value))
      }
      nothingFoundMessage={found.isFetching ? 'Searching…' : 'No address begins with this'}
      renderOption={({ option }) => (
        <div style={{ minWidth: 0 }}>
          <Text fz="sm" truncate>
            {option.label}
          </Text>
          <Text fz="xs" c="dimmed" truncate>
            {option.value === 'example' ? 'An example, without attributes' : names.get(option.value) || 'No name'}
          </Text>
        </div>
      )}
      maxDropdownHeight={280}
    />
  );
}
