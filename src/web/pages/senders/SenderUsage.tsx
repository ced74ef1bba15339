import { Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api.js';
import { Chart } from '../../components/Chart.js';
import { Instant } from '../../components/Instant.js';
import { Pending } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { EmptyState } from '../../components/states.js';
import { formatCount, formatInstant } from '../../time.js';
import { periods } from './sender.js';

const refreshMs = 5_000;
const minutes = 60;

/** What is taken of a sender's limits now, and minute by minute. */
export function SenderUsage({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['sender', id, 'usage'],
    queryFn: () => dataOf(api.GET('/api/v1/senders/{id}/usage', { params: { path: { id }, query: { minutes } } })),
    refetchInterval: refreshMs,
  });
  const usage = query.data;
  const set = usage ? periods.filter(({ key }) => usage.limits[key] !== null) : [];
  return (
    <Section title="Use of its limits" description="Over all workers; the windows roll.">
      {!usage ? (
        <Pending query={query} lines={5} />
      ) : set.length === 0 ? (
        <EmptyState title="No limits">Nothing is counted for a sender without limits.</EmptyState>
      ) : (
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {set.map(({ key, used, label }) => {
              const limit = usage.limits[key] as number;
              const taken = usage.used[used];
              return (
                <div key={key}>
                  <Text fz="sm" className="tabular">
                    {formatCount(taken)}{' '}
                    <Text span inherit c="dimmed">
                      of {formatCount(limit)} {label}
                    </Text>
                  </Text>
                  <Progress
                    value={Math.min(100, (taken / limit) * 100)}
                    color={taken >= limit ? 'orange' : 'ink'}
                    aria-label={`Taken of ${formatCount(limit)} ${label}`}
                  />
                </div>
              );
            })}
          </SimpleGrid>
          <Text fz="sm">
            {usage.limitedBy === null ? (
              'The next mail may be sent at once.'
            ) : (
              <>
                The limit of mails {periods.find(({ key }) => key === usage.limitedBy)?.label} is reached. The next mail
                may be sent from <Instant at={usage.nextSlotAt} inline relative />.
              </>
            )}
          </Text>
          <Chart
            label={`Mails in each of the last ${minutes} minutes`}
            kind="bars"
            height={150}
            points={usage.series.map(({ at }) => formatInstant(at).slice(-5))}
            series={[{ label: 'Mails', values: usage.series.map(({ reserved }) => reserved) }]}
          />
        </Stack>
      )}
    </Section>
  );
}
