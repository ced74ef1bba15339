import { Kbd, Modal, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useShortcut } from '../hooks/useShortcut.js';
import { navigation } from '../navigation.js';

const general: [string[], string][] = [
  [['?'], 'These shortcuts'],
  [['/'], 'Search the list'],
  [['n'], 'New, where a list can be added to'],
  [['j'], 'Next row (from a row)'],
  [['k'], 'Row before (from a row)'],
  [['Esc'], 'Close a dialog'],
];

/** What the keys do; `?` opens it. */
export function ShortcutHelp() {
  const [opened, { open, close }] = useDisclosure(false);
  useShortcut('?', open);
  return (
    <Modal opened={opened} onClose={close} title="Keyboard shortcuts">
      <Table withRowBorders={false} verticalSpacing={5}>
        <Table.Tbody>
          {[...general, ...navigation.map((e): [string[], string] => [['g', e.key], e.label])].map(
            ([keys, meaning]) => (
              <Table.Tr key={keys.join(' ')}>
                <Table.Td w={90}>
                  {keys.map((key) => (
                    <Kbd key={key} mr={4}>
                      {key}
                    </Kbd>
                  ))}
                </Table.Td>
                <Table.Td>{meaning}</Table.Td>
              </Table.Tr>
            ),
          )}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
