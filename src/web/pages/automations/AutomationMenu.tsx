import { ActionIcon, Menu } from '@mantine/core';
import {
  IconCopy,
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRun,
  IconTrash,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { newKey } from '../../idempotency.js';
import { DeleteAutomationDialog, RunNowDialog, useDuplicate, usePause, useResume } from './actions.js';
import type { Automation } from './automation.js';

/** What can be done with an automation. For operators. */
export function AutomationMenu({ automation }: { automation: Automation }) {
  const [dialog, setDialog] = useState<'run' | 'delete' | null>(null);
  const pause = usePause();
  const resume = useResume();
  const duplicate = useDuplicate();
  const close = () => setDialog(null);
  return (
    <>
      <Menu position="bottom-end" width={190} shadow="md">
        <Menu.Target>
          <ActionIcon aria-label={`Actions of ${automation.name}`}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconRun size={15} aria-hidden />} onClick={() => setDialog('run')}>
            Run now…
          </Menu.Item>
          {automation.enabled ? (
            <Menu.Item leftSection={<IconPlayerPause size={15} aria-hidden />} onClick={() => pause.mutate(automation)}>
              Pause
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconPlayerPlay size={15} aria-hidden />} onClick={() => resume.mutate(automation)}>
              Resume
            </Menu.Item>
          )}
          <Menu.Item
            component={Link}
            to={`/automations/${automation.id}/edit`}
            leftSection={<IconPencil size={15} aria-hidden />}
          >
            Edit
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCopy size={15} aria-hidden />}
            onClick={() => duplicate.mutate({ automation, key: newKey() })}
          >
            Duplicate
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconTrash size={15} aria-hidden />}
            color="red.8"
            onClick={() => setDialog('delete')}
          >
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RunNowDialog automation={automation} opened={dialog === 'run'} onClose={close} />
      <DeleteAutomationDialog automation={automation} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}
