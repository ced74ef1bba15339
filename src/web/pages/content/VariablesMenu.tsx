import { Button, Code, Menu, Text } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { variableGroups } from './variables.js';

/** The menu that puts a variable where the cursor is. */
export function VariablesMenu({
  attributes,
  inHtml,
  onInsert,
  target,
}: {
  attributes: readonly string[];
  inHtml: boolean;
  onInsert: (code: string) => void;
  /** Where it goes, in words. */
  target: string;
}) {
  return (
    // The focus belongs to the field it was typed into, not to the button.
    <Menu position="bottom-end" width={320} shadow="md" returnFocus={false}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconBraces size={15} aria-hidden />}>
          Insert
        </Button>
      </Menu.Target>
      <Menu.Dropdown style={{ maxHeight: 420, overflowY: 'auto' }}>
        <Menu.Label>At the cursor in {target}</Menu.Label>
        {variableGroups(attributes, inHtml).map((group) => (
          <div key={group.label} role="group" aria-label={group.label}>
            <Menu.Label>{group.label}</Menu.Label>
            {group.variables.map((v) => (
              <Menu.Item key={v.code} onClick={() => onInsert(v.code)} py={5}>
                <Text fz="sm">
                  {v.label}
                  {v.note && (
                    <Text span fz="xs" c="dimmed">
                      {' '}
                      · {v.note}
                    </Text>
                  )}
                </Text>
                <Code fz={11} style={{ overflowWrap: 'anywhere' }}>
                  {v.code}
                </Code>
              </Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
