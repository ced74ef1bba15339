import { Select, type SelectProps } from '@mantine/core';
import { readersZone } from '../time.js';

let zones: string[] | undefined;

function zoneNames(): string[] {
  zones ??= [...new Set(['UTC', readersZone, ...Intl.supportedValuesOf('timeZone')])];
  return zones;
}

/** A time zone by its IANA name; the reader's own comes first. */
export function ZoneSelect(props: Omit<SelectProps, 'data'>) {
  const names = zoneNames();
  const value = props.value;
  return (
    <Select
      searchable
      limit={60}
      data={typeof value === 'string' && value !== '' && !names.includes(value) ? [value, ...names] : names}
      nothingFoundMessage="No such zone: use a name such as Europe/Riga"
      filter={({ options, search }) => {
        const term = search.trim().toLowerCase().replaceAll(' ', '_');
        return options.filter((o) => 'value' in o && String(o.value).toLowerCase().includes(term));
      }}
      {...props}
    />
  );
}
