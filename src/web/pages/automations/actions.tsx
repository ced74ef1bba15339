import { Anchor, Button, Group, Modal, Radio, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { api, dataOf } from '../../api.js';
import type { Deletion } from '../../components/DeleteDialog.js';
import { Instant } from '../../components/Instant.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { newKey } from '../../idempotency.js';
import { formatCount } from '../../time.js';
import { automationChanges, type Automation } from './automation.js';

const pausing = (id: string) => dataOf(api.POST('/api/v1/automations/{id}/pause', { params: { path: { id } } }));
const resuming = (id: string) => dataOf(api.POST('/api/v1/automations/{id}/resume', { params: { path: { id } } }));
const deleting = (id: string) => api.DELETE('/api/v1/automations/{id}', { params: { path: { id } } });

/** Pauses an automation; can be undone. */
export function usePause() {
  return useMutationWithNotice({
    run: (a: Automation) => pausing(a.id),
    done: (_, a) => `“${a.name}” is paused: occurrences are passed over until it is resumed.`,
    undo: (_, a) => ({ run: () => resuming(a.id), done: `“${a.name}” is active again.` }),
    changes: automationChanges,
  });
}

/** Resumes an automation; can be undone. */
export function useResume() {
  return useMutationWithNotice({
    run: (a: Automation) => resuming(a.id),
    done: (_, a) => `“${a.name}” is active. What was passed over meanwhile stays so.`,
    undo: (_, a) => ({ run: () => pausing(a.id), done: `“${a.name}” is paused again.` }),
    changes: automationChanges,
  });
}

/** Copies an automation and opens the copy, which is paused. */
export function useDuplicate() {
  const navigate = useNavigate();
  return useMutationWithNotice({
    run: ({ automation, key }: { automation: Automation; key: string }) =>
      dataOf(
        api.POST('/api/v1/automations/{id}/duplicate', {
          params: { path: { id: automation.id }, header: { 'Idempotency-Key': key } },
          body: { name: `${automation.name.slice(0, 193)} (copy)` },
        }),
      ),
    done: (_, { automation }) => `This is a copy of “${automation.name}”. It is paused until you resume it.`,
    changes: automationChanges,
    onDone: (copy) => void navigate({ to: '/automations/$id/edit', params: { id: copy.id } }),
  });
}

export type BulkAction = 'pause' | 'resume' | 'delete';
const bulk = { pause: pausing, resume: resuming, delete: deleting };
const pastTense = { pause: 'paused', resume: 'resumed', delete: 'deleted' };
const sideBySide = 4;

/** Does the same with many automations, a few at a time, and says how many it was done with. */
export function useBulk() {
  return useMutationWithNotice({
    run: async ({ action, ids }: { action: BulkAction; ids: string[] }) => {
      const waiting = [...ids];
      const failures: string[] = [];
      await Promise.all(
        Array.from({ length: sideBySide }, async () => {
          for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
            await bulk[action](id).catch((error: Error) => failures.push(error.message));
          }
        }),
      );
      return failures;
    },
    done: (failures, { action, ids }) => {
      const done = ids.length - failures.length;
      const said = `${formatCount(done)} ${done === 1 ? 'automation is' : 'automations are'} ${pastTense[action]}.`;
      return failures.length === 0
        ? said
        : `${said} ${failures.length} could not be: ${[...new Set(failures)].join(' ')}`;
    },
    undo: (failures, { action, ids }) => {
      if (action === 'delete' || failures.length > 0) return undefined;
      const back = action === 'pause' ? resuming : pausing;
      return { run: () => Promise.all(ids.map(back)), done: 'Undone.' };
    },
    changes: automationChanges,
  });
}

/** How an automation is deleted, for its menu. */
export function automationDeletion(automation: Automation, onDeleted?: () => void): Deletion {
  return {
    run: () => deleting(automation.id),
    consequence:
      'No further occurrence will run, and this cannot be undone. A run that goes on is not stopped; past runs and their deliveries are kept.',
    done: `“${automation.name}” is deleted. Its past runs are kept.`,
    changes: automationChanges,
    onDeleted,
  };
}

/**
 * Runs an automation now. The key that makes the run one is made when the dialog opens: a double click, or a second try after an answer
 * that was lost, is the same run.
 */
export function RunNowDialog({
  automation,
  opened,
  onClose,
}: {
  automation: Automation;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Run “${automation.name}” now?`}>
      {opened && <RunNowForm automation={automation} onClose={onClose} />}
    </Modal>
  );
}

function RunNowForm({ automation, onClose }: { automation: Automation; onClose: () => void }) {
  const [key] = useState(newKey);
  // A second click comes before the button shows that it works.
  const pressed = useRef(false);
  const [audience, setAudience] = useState('');
  const { campaignId } = automation;
  const check = useQuery({
    queryKey: ['campaign-check', campaignId],
    queryFn: () => dataOf(api.POST('/api/v1/campaigns/{id}/check', { params: { path: { id: campaignId as string } } })),
    enabled: campaignId !== null,
    staleTime: 0,
  });
  const start = useMutationWithNotice({
    run: () =>
      dataOf(
        api.POST('/api/v1/automations/{id}/runs', {
          params: { path: { id: automation.id }, header: { 'Idempotency-Key': key } },
          body: audience === '' ? {} : { audience: audience as 'everyone' | 'not-yet-received' },
        }),
      ),
    done: (run) => (
      <>
        “{automation.name}” runs.{' '}
        <Anchor component={Link} to={`/runs/${run.id}`} fz="sm">
          Watch it
        </Anchor>
      </>
    ),
    changes: automationChanges,
    onDone: onClose,
  });
  return (
    <Stack>
      <Text fz="sm">
        This makes one run of its own. It does not disturb the schedule:{' '}
        {automation.nextRunAt ? (
          <>
            the next occurrence stays at{' '}
            <Instant at={automation.nextRunAt} zone={automation.schedule.timeZone} inline />.
          </>
        ) : (
          'it has no occurrence to come, and gets none by this.'
        )}
      </Text>
      {campaignId !== null && (
        <>
          <div role="status">
            {check.data ? (
              <Text fz="sm">
                It mails <b>{formatCount(check.data.recipients)}</b> of {formatCount(check.data.contacts)} contacts
                {check.data.suppressed > 0 && ` (${formatCount(check.data.suppressed)} suppressed)`}.
                {check.data.errors.length > 0 && ` It cannot send now: ${check.data.errors.join(' ')}`}
              </Text>
            ) : (
              <Skeleton height={20} width="60%" visible={check.isPending} />
            )}
          </div>
          <Radio.Group label="Whom" value={audience} onChange={setAudience}>
            <Stack gap={6} mt={6}>
              <Radio value="" label="As the campaign says" />
              <Radio value="everyone" label="Everyone on its lists, whoever has had it before" />
              <Radio value="not-yet-received" label="Only those whom no run of the campaign has reached" />
            </Stack>
          </Radio.Group>
        </>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          loading={start.isPending}
          data-autofocus
          onClick={() => {
            if (pressed.current) return;
            pressed.current = true;
            start.mutate(undefined, { onError: () => (pressed.current = false) });
          }}
        >
          Run now
        </Button>
      </Group>
    </Stack>
  );
}
