import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconDots,
  IconDownload,
  IconExternalLink,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRepeat,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { newKey } from '../../idempotency.js';
import { useMay } from '../../session.js';
import { formatCount } from '../../time.js';
import { isLive, type RunDetail } from './run.js';

/** What can be done about a run. Those who may not change anything see the export and the link to Temporal. */
export function RunActions({ run }: { run: RunDetail }) {
  const may = useMay('operator');
  const live = isLive(run);
  const stopping = run.control === 'stop';
  return (
    <>
      {may && live && !stopping && (run.control === 'pause' ? <Resume run={run} /> : <Pause run={run} />)}
      {may && live && !stopping && <Stop run={run} />}
      {may && canGoOn(run) && <Reopen run={run} />}
      {may && !live && run.campaignId !== null && run.counts.failed > 0 && <RetryFailed run={run} />}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={34} aria-label="More about this run">
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component="a"
            href={`/api/v1/runs/${run.id}/deliveries.csv`}
            download
            leftSection={<IconDownload size={15} aria-hidden />}
          >
            Export deliveries (CSV)
          </Menu.Item>
          {run.temporalUrl && (
            <Menu.Item
              component="a"
              href={run.temporalUrl}
              target="_blank"
              rel="noreferrer"
              leftSection={<IconExternalLink size={15} aria-hidden />}
            >
              Open in the Temporal Web UI
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** What an operator stopped has nothing left to go on with: its pending deliveries were cancelled. */
function canGoOn({ status, counts }: RunDetail): boolean {
  return status === 'failed' || (status === 'stopped' && (counts.pending > 0 || counts.total === 0));
}

function useControl(run: RunDetail, action: 'pause' | 'resume' | 'stop', done: string) {
  return useMutationWithNotice({
    run: () => dataOf(api.POST(`/api/v1/runs/{id}/${action}`, { params: { path: { id: run.id } } })),
    done: () => done,
    changes: [['run', run.id], ['runs'], ['overview']],
  });
}

function Pause({ run }: { run: RunDetail }) {
  const pause = useControl(
    run,
    'pause',
    'The run is paused. What workers hold right now still goes out, nothing more.',
  );
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerPause size={15} aria-hidden />}
      loading={pause.isPending}
      onClick={() => pause.mutate()}
    >
      Pause
    </Button>
  );
}

function Resume({ run }: { run: RunDetail }) {
  const resume = useControl(run, 'resume', 'The run goes on with what is left.');
  return (
    <Button
      leftSection={<IconPlayerPlay size={15} aria-hidden />}
      loading={resume.isPending}
      onClick={() => resume.mutate()}
    >
      Resume
    </Button>
  );
}

function Stop({ run }: { run: RunDetail }) {
  const [opened, { open, close }] = useDisclosure(false);
  const stop = useControl(run, 'stop', 'The run is being stopped: what was pending is cancelled.');
  const { pending, sent } = run.counts;
  return (
    <>
      <Button variant="default" leftSection={<IconPlayerStop size={15} aria-hidden />} onClick={open}>
        Stop
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        title={`Stop “${run.title}”?`}
        confirm="Stop the run"
        busy={stop.isPending}
        onConfirm={() => stop.mutateAsync()}
        consequence={
          <>
            {pending > 0 ? (
              <>
                <b>{formatCount(pending)}</b> {pending === 1 ? 'delivery that is' : 'deliveries that are'} pending now
                will be cancelled: these people do not get this mail.{' '}
              </>
            ) : (
              'Whatever is pending is cancelled. '
            )}
            {sent > 0 && `The ${formatCount(sent)} already sent cannot be called back. `}
            To go on later, pause it instead.
          </>
        }
      />
    </>
  );
}

function Reopen({ run }: { run: RunDetail }) {
  const [opened, { open, close }] = useDisclosure(false);
  const resume = useControl(run, 'resume', 'The run goes on with what is left.');
  const { pending } = run.counts;
  return (
    <>
      <Button variant="default" leftSection={<IconPlayerPlay size={15} aria-hidden />} onClick={open}>
        Resume
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        danger={false}
        title={`Resume “${run.title}”?`}
        confirm="Resume the run"
        busy={resume.isPending}
        onConfirm={() => resume.mutateAsync()}
        consequence={
          pending > 0
            ? `It goes on with the ${formatCount(pending)} that are still pending. Nobody who got the mail gets it again.`
            : 'It goes on from where it ended. Nobody who got the mail gets it again.'
        }
      />
    </>
  );
}

function RetryFailed({ run }: { run: RunDetail }) {
  const navigate = useNavigate();
  const [key, setKey] = useState<string | null>(null);
  const retry = useMutationWithNotice({
    run: (idempotencyKey: string) =>
      dataOf(
        api.POST('/api/v1/runs/{id}/retry-failed', {
          params: { path: { id: run.id }, header: { 'Idempotency-Key': idempotencyKey } },
        }),
      ),
    done: () => 'A new run mails those whose delivery failed. This is it.',
    changes: [['runs'], ['overview']],
    onDone: (made) => void navigate({ to: `/runs/${made.id}` as string }),
  });
  return (
    <>
      <Button variant="default" leftSection={<IconRepeat size={15} aria-hidden />} onClick={() => setKey(newKey())}>
        Retry failed
      </Button>
      <ConfirmDialog
        opened={key !== null}
        onClose={() => setKey(null)}
        danger={false}
        title="Mail those again whose delivery failed?"
        confirm="Start the retry"
        busy={retry.isPending}
        onConfirm={() => retry.mutateAsync(key ?? newKey())}
        consequence={`A new run with the same content is started for the ${formatCount(run.counts.failed)} whose delivery failed. Suppressed addresses (hard bounces among them), deleted contacts and whoever a later run reached are left out.`}
      />
    </>
  );
}
