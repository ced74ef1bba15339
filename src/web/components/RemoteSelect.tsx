import { Loader, Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemError } from '../api.js';

export interface RemoteOption {
  value: string;
  label: string;
}

interface RemoteSelectProps extends Omit<
  SelectProps,
  'data' | 'onChange' | 'value' | 'searchValue' | 'onSearchChange'
> {
  /** Names the list in the cache. */
  name: string;
  value: string | null;
  onChange: (value: string | null) => void;
  /** Finds options by a part of their names; '' finds the first of all. */
  find: (search: string) => Promise<RemoteOption[]>;
  /** The option of a value that is not among those found; null: it is gone. */
  read: (value: string) => Promise<RemoteOption | null>;
}

/** A choice among things of the API, searched there, however many there are. */
export function RemoteSelect({ name, value, onChange, find, read, ...props }: RemoteSelectProps) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 200);
  const chosen = useQuery({
    queryKey: ['option', name, value],
    queryFn: () =>
      read(value as string).catch((error: unknown) => {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }),
    enabled: value !== null && value !== '',
    staleTime: 60_000,
  });
  // What is typed is the label of the choice until it is changed: then everything is offered.
  const term = asked === chosen.data?.label ? '' : asked;
  const found = useQuery({
    queryKey: ['options', name, term],
    queryFn: () => find(term),
    placeholderData: keepPreviousData,
  });
  const options = found.data ?? [];
  const all = chosen.data && !options.some((o) => o.value === chosen.data?.value) ? [chosen.data, ...options] : options;
  return (
    <Select
      searchable
      data={all}
      value={value}
      onChange={onChange}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options: given }) => given}
      nothingFoundMessage={
        found.isError ? 'The list could not be read' : found.isPending ? 'Searching…' : 'Nothing found'
      }
      rightSection={found.isFetching ? <Loader size={14} aria-hidden /> : undefined}
      {...props}
    />
  );
}
