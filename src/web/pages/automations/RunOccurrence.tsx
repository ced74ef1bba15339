import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api, dataOf } from '../../api.js';
import { ConfirmButton } from '../../components/ConfirmButton.js';
import { Instant } from '../../components/Instant.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import type { Automation, Occurrence } from './automation.js';

/** Runs an occurrence that has no run, after asking. Its key is its own: asked for twice, it is one run. */
export function RunOccurrence({
  automation,
  occurrence,
  size = 'xs',
}: {
  automation: Automation;
  occurrence: Occurrence;
  size?: 'xs' | 'sm';
}) {
  const run = useMutationWithNotice({
    run: () =>
      dataOf(
        api.POST('/api/v1/automations/{id}/occurrences/{scheduledFor}/run', {
          params: { path: { id: automation.id, scheduledFor: occurrence.at } },
        }),
      ),
    done: (made) => (
      <>
        The occurrence runs now.{' '}
        <Anchor component={Link} to={`/runs/${made.id}`} fz="sm">
          Watch it
        </Anchor>
      </>
    ),
    changes: [['automations'], ['automation'], ['occurrences'], ['overview'], ['runs']],
  });
  return (
    <ConfirmButton
      title="Run this occurrence now?"
      consequence={
        <>
          The occurrence of <Instant at={occurrence.at} zone={automation.schedule.timeZone} inline /> gets the run it
          did not have, now and once. The schedule goes on as it is.
        </>
      }
      confirm="Run it"
      danger={false}
      busy={run.isPending}
      onConfirm={() => run.mutateAsync()}
      button={{ size, variant: 'default' }}
    >
      Run it now
    </ConfirmButton>
  );
}
