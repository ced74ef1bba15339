import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** Names with their values, one below the other; `label` is the table's name for screen readers. */
export function FactsTable({ label, rows }: { label: string; rows: { name: string; value: ReactNode }[] }) {
  return (
    <Table aria-label={label} verticalSpacing={6} horizontalSpacing={0}>
      <Table.Tbody>
        {rows.map(({ name, value }) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={500} fz="sm" style={{ width: '38%', paddingRight: 12, verticalAlign: 'top' }}>
              {name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
