import { useDisclosure } from '@mantine/hooks';
import { IconCopy, IconPencil, IconPlayerPlay, IconRepeat } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { api, dataOf } from '../../api.js';
import { ActionsMenu, MenuAction } from '../../components/ActionsMenu.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useMay } from '../../session.js';
import { campaignChanges, type Campaign } from './campaign.js';
import { RelaunchDialog, RunDialog } from './RunDialog.js';

/** What can be done with a campaign, for its row and its page. Nothing for who may not. */
export function CampaignMenu({
  campaign,
  onDeleted,
  short = false,
}: {
  campaign: Pick<Campaign, 'id' | 'name' | 'audience'>;
  onDeleted?: () => void;
  /** Without what the page has buttons for. */
  short?: boolean;
}) {
  const may = useMay('operator');
  const navigate = useNavigate();
  const [running, run] = useDisclosure(false);
  const [relaunching, relaunch] = useDisclosure(false);
  const path = { id: campaign.id };
  const duplicate = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/campaigns/{id}/duplicate', { params: { path }, body: {} })),
    done: (copy) => `“${copy.name}” has been made. It has no runs and no automations yet.`,
    undo: (copy) => ({
      run: () => api.DELETE('/api/v1/campaigns/{id}', { params: { path: { id: copy.id } } }),
      done: `“${copy.name}” is gone again.`,
    }),
    changes: campaignChanges(),
    onDone: (copy) => void navigate({ to: `/campaigns/${copy.id}/edit` }),
  });
  if (!may) return null;
  return (
    <>
      <ActionsMenu
        name={campaign.name}
        onPage={short}
        width={230}
        deletion={{
          run: () => api.DELETE('/api/v1/campaigns/{id}', { params: { path } }),
          consequence: 'It cannot be brought back. Its past runs and what was delivered stay.',
          done: `“${campaign.name}” has been deleted.`,
          changes: campaignChanges(),
          onDeleted,
        }}
      >
        {!short && (
          <>
            <MenuAction icon={IconPlayerPlay} asks={run.open}>
              Run now
            </MenuAction>
            <MenuAction icon={IconPencil} to={`/campaigns/${campaign.id}/edit`}>
              Edit
            </MenuAction>
          </>
        )}
        <MenuAction icon={IconRepeat} asks={relaunch.open}>
          Send again
        </MenuAction>
        <MenuAction icon={IconCopy} onClick={() => duplicate.mutate()}>
          Duplicate
        </MenuAction>
      </ActionsMenu>
      <RunDialog campaign={campaign} opened={running} onClose={run.close} />
      <RelaunchDialog campaign={campaign} opened={relaunching} onClose={relaunch.close} />
    </>
  );
}
