import { useDisclosure } from '@mantine/hooks';
import { IconCopy, IconPencil, IconPlayerPause, IconPlayerPlay, IconRun } from '@tabler/icons-react';
import { ActionsMenu, MenuAction } from '../../components/ActionsMenu.js';
import { newKey } from '../../idempotency.js';
import { automationDeletion, RunNowDialog, useDuplicate, usePause, useResume } from './actions.js';
import type { Automation } from './automation.js';

/** What can be done with an automation, in its row. For operators. */
export function AutomationMenu({ automation }: { automation: Automation }) {
  const [running, run] = useDisclosure(false);
  const pause = usePause();
  const resume = useResume();
  const duplicate = useDuplicate();
  return (
    <>
      <ActionsMenu name={automation.name} deletion={automationDeletion(automation)}>
        <MenuAction icon={IconRun} asks={run.open}>
          Run now
        </MenuAction>
        {automation.enabled ? (
          <MenuAction icon={IconPlayerPause} onClick={() => pause.mutate(automation)}>
            Pause
          </MenuAction>
        ) : (
          <MenuAction icon={IconPlayerPlay} onClick={() => resume.mutate(automation)}>
            Resume
          </MenuAction>
        )}
        <MenuAction icon={IconPencil} to={`/automations/${automation.id}/edit`}>
          Edit
        </MenuAction>
        <MenuAction icon={IconCopy} onClick={() => duplicate.mutate({ automation, key: newKey() })}>
          Duplicate
        </MenuAction>
      </ActionsMenu>
      <RunNowDialog automation={automation} opened={running} onClose={run.close} />
    </>
  );
}
