import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCopy, IconDots, IconPencil, IconPlayerPlay, IconRepeat, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, dataOf } from '../../api.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
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
  const [deleting, ask] = useDisclosure(false);
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
  const remove = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/campaigns/{id}', { params: { path } }),
    done: () => `“${campaign.name}” has been deleted.`,
    changes: campaignChanges(),
    onDone: () => onDeleted?.(),
  });
  if (!may) return null;
  return (
    <>
      <Menu position="bottom-end" width={230} shadow="md">
        <Menu.Target>
          <ActionIcon
            size={short ? 36 : 'md'}
            variant={short ? 'default' : 'subtle'}
            aria-label={`Actions for ${campaign.name}`}
          >
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!short && (
            <>
              <Menu.Item leftSection={<IconPlayerPlay size={15} aria-hidden />} onClick={run.open}>
                Run now …
              </Menu.Item>
              <Menu.Item
                leftSection={<IconPencil size={15} aria-hidden />}
                component={Link}
                to={`/campaigns/${campaign.id}/edit`}
              >
                Edit
              </Menu.Item>
            </>
          )}
          <Menu.Item leftSection={<IconRepeat size={15} aria-hidden />} onClick={relaunch.open}>
            Send again …
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => duplicate.mutate()}>
            Duplicate
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="var(--mantine-color-error)"
            leftSection={<IconTrash size={15} aria-hidden />}
            onClick={ask.open}
          >
            Delete …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RunDialog campaign={campaign} opened={running} onClose={run.close} />
      <RelaunchDialog campaign={campaign} opened={relaunching} onClose={relaunch.close} />
      <ConfirmDialog
        opened={deleting}
        onClose={ask.close}
        title={`Delete “${campaign.name}”?`}
        consequence="It cannot be brought back. Its past runs and what was delivered stay."
        confirm="Delete"
        onConfirm={() => remove.mutateAsync()}
        busy={remove.isPending}
      />
    </>
  );
}
