import { Button, Group, Modal, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api.js';
import { ErrorState } from '../../components/states.js';
import { CheckResult } from './CheckResult.js';

/** What a run of the campaign would do now. */
export const checkQuery = (id: string) => ({
  queryKey: ['campaign-check', id],
  queryFn: () => dataOf(api.POST('/api/v1/campaigns/{id}/check', { params: { path: { id } } })),
  staleTime: 0,
});

/** Shows a check that is being made, made, or refused. */
export function Check({ campaignId }: { campaignId: string }) {
  const check = useQuery(checkQuery(campaignId));
  if (check.isError)
    return <ErrorState error={check.error} retry={() => check.refetch()} retrying={check.isRefetching} />;
  if (!check.data) return <Skeleton height={120} role="status" aria-label="Checking" />;
  return <CheckResult check={check.data} />;
}

/** The check before sending, as a dialog. */
export function CheckDialog({
  campaignId,
  opened,
  onClose,
}: {
  campaignId: string;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title="Before it is sent" size="xl">
      <Stack>
        <Check campaignId={campaignId} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
