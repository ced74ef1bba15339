import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Instant } from '../../components/Instant.js';
import { useMay } from '../../session.js';
import type { Automation } from './automation.js';
import { readOccurrences } from './occurrences.js';
import { RunOccurrence } from './RunOccurrence.js';

const weekMs = 7 * 86_400_000;
const shown = 10;

/** The occurrences of the last seven days that did not run, each with its reason and its repair. */
export function MissedOccurrences({ automation: a }: { automation: Automation }) {
  const may = useMay('operator');
  const { data } = useQuery({
    queryKey: ['occurrences', a.id, 'missed', a.missed],
    queryFn: async () => {
      const now = new Date();
      const { items } = await readOccurrences(a.id, new Date(now.getTime() - weekMs), now);
      return items.filter((o) => o.fate === 'missed').reverse();
    },
  });
  const missed = data ?? [];
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={`${a.missed} ${a.missed === 1 ? 'occurrence was' : 'occurrences were'} missed in the last seven days`}
    >
      <Stack gap={10} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {missed.slice(0, shown).map((o) => (
          <Group key={o.key} component="li" justify="space-between" gap="4px 12px">
            <Text component="div" fz="sm" c="var(--mantine-color-text)" style={{ flex: '1 1 260px' }}>
              <Instant at={o.at} zone={a.schedule.timeZone} inline />
              {o.reason && ` · ${o.reason}`}
            </Text>
            {may && <RunOccurrence automation={a} occurrence={o} />}
          </Group>
        ))}
        {missed.length > shown && (
          <Text component="li" fz="sm" c="var(--mantine-color-text)">
            … and {missed.length - shown} more, in the calendar below.
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
