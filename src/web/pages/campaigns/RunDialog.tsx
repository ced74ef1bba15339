import { Anchor, Button, Group, Modal, Radio, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf, ProblemError } from '../../api.js';
import { ErrorState, FormProblem } from '../../components/states.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { formatCount } from '../../time.js';
import { newKey } from '../../idempotency.js';
import { audiences, type Audience, type Campaign } from './campaign.js';
import { checkQuery } from './CheckDialog.js';
import { CheckResult } from './CheckResult.js';

interface DialogProps {
  campaign: Pick<Campaign, 'id' | 'name' | 'audience'>;
  opened: boolean;
  onClose: () => void;
}

const changes = [['runs'], ['overview'], ['campaign-check']];

/** Asks before a campaign is sent now, and shows what that would do. One opened dialog starts one run, however often it is clicked. */
export function RunDialog({ campaign, opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Run “${campaign.name}” now?`} size="xl">
      <RunForm campaign={campaign} onClose={onClose} />
    </Modal>
  );
}

function RunForm({ campaign, onClose }: Omit<DialogProps, 'opened'>) {
  // The dialog's content is made when it opens: so is the key.
  const [key] = useState(newKey);
  const navigate = useNavigate();
  const check = useQuery(checkQuery(campaign.id));
  const run = useMutationWithNotice({
    run: () =>
      dataOf(
        api.POST('/api/v1/campaigns/{id}/runs', {
          params: { path: { id: campaign.id }, header: { 'Idempotency-Key': key } },
          body: {},
        }),
      ),
    done: () => `“${campaign.name}” is on its way.`,
    changes,
    onDone: ({ id }) => {
      onClose();
      void navigate({ to: `/runs/${id}` });
    },
  });
  return (
    <Stack>
      <Text fz="sm">
        It goes to {audiences[campaign.audience].label.toLowerCase()} of its lists, at once. Schedules of its
        automations are not disturbed. A run can be paused and stopped; what has been sent stays sent.
      </Text>
      {check.isError ? (
        <ErrorState error={check.error} retry={() => check.refetch()} retrying={check.isRefetching} />
      ) : check.data ? (
        <CheckResult check={check.data} />
      ) : (
        <Skeleton height={120} role="status" aria-label="Checking" />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button
          disabled={check.data?.ready !== true}
          loading={run.isPending || run.isSuccess}
          onClick={() => run.mutate()}
        >
          {check.data?.ready ? `Send to ${formatCount(check.data.recipients)} now` : 'Send now'}
        </Button>
      </Group>
    </Stack>
  );
}

/** Sends a campaign again, to those who have not received it or to everyone: one of the two is to be chosen. */
export function RelaunchDialog({ campaign, opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Send “${campaign.name}” again?`} size="lg">
      <RelaunchForm campaign={campaign} onClose={onClose} />
    </Modal>
  );
}

function RelaunchForm({ campaign, onClose }: Omit<DialogProps, 'opened'>) {
  const [key] = useState(newKey);
  const [audience, setAudience] = useState<Audience | null>(null);
  const navigate = useNavigate();
  const relaunch = useMutationWithNotice({
    run: (to: Audience) =>
      dataOf(
        api.POST('/api/v1/campaigns/{id}/relaunch', {
          // Another choice is another request.
          params: { path: { id: campaign.id }, header: { 'Idempotency-Key': `${key}-${to}` } },
          body: { audience: to },
        }),
      ),
    done: () => `“${campaign.name}” is on its way again.`,
    changes,
    showsProblems: true,
    onDone: ({ id }) => {
      onClose();
      void navigate({ to: `/runs/${id}` });
    },
  });
  const errors = useFieldErrors(relaunch.error);
  const busyRun = relaunch.error instanceof ProblemError ? relaunch.error.extensions['runId'] : undefined;
  return (
    <Stack>
      <Radio.Group
        label="To whom"
        value={audience}
        onChange={(value) => setAudience(value as Audience)}
        error={errors.at('/audience')}
      >
        <Stack gap="sm" mt="xs">
          <Radio
            value="not-yet-received"
            label={audiences['not-yet-received'].label}
            description={audiences['not-yet-received'].description}
          />
          <Radio
            value="everyone"
            label="Everyone, once more"
            description="Whoever has received it gets it a second time."
          />
        </Stack>
      </Radio.Group>
      <FormProblem errors={errors} />
      {typeof busyRun === 'string' && (
        <Anchor component={Link} to={`/runs/${busyRun}`} fz="sm">
          Look at the run that has not ended
        </Anchor>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={audience === null}
          loading={relaunch.isPending || relaunch.isSuccess}
          onClick={() => audience && relaunch.mutate(audience)}
        >
          Send again
        </Button>
      </Group>
    </Stack>
  );
}
