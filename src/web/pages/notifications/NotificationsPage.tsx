import { Anchor, Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconAlertTriangle, IconBell, IconCircleX, IconInfoCircle, type Icon } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, dataOf, type Schema } from '../../api.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { EmptyState, ErrorState, LoadingLines } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useMay } from '../../session.js';
import classes from './NotificationsPage.module.css';

type Notification = Schema<'Notification'>;

const refreshMs = 15_000;

const severities: Record<Notification['severity'], { icon: Icon; label: string; colour: string }> = {
  error: { icon: IconCircleX, label: 'Error', colour: 'var(--app-bad)' },
  warning: { icon: IconAlertTriangle, label: 'Warning', colour: 'var(--app-warn)' },
  info: { icon: IconInfoCircle, label: 'Information', colour: 'var(--mantine-color-dimmed)' },
};

/** What the server had to tell people, newest first; reading one marks it for everybody. */
export default function NotificationsPage() {
  const may = useMay('operator');
  const [shown, setShown] = useQueryState('show', 'unread');
  const list = useList<Notification>(
    ['notifications', { shown }],
    (cursor) =>
      dataOf(
        api.GET('/api/v1/notifications', {
          params: { query: { ...(cursor ? { cursor } : {}), ...(shown === 'unread' ? { unread: true } : {}) } },
        }),
      ),
    { refetchInterval: refreshMs },
  );
  const readAll = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/notifications/read')),
    done: ({ marked }) =>
      marked === 1 ? 'One notification is marked as read.' : `${marked} notifications are marked as read.`,
    changes: [['notifications'], ['overview']],
  });
  const anyUnread = list.items.some((n) => n.readAt === null);
  return (
    <>
      <PageHeader
        title="Notifications"
        description="What needs eyes: runs that failed, occurrences that were missed, senders that cannot send. Read by one is read for all."
        actions={
          may && (
            <Button
              variant="default"
              disabled={!anyUnread}
              loading={readAll.isPending}
              onClick={() => readAll.mutate()}
            >
              Mark all as read
            </Button>
          )
        }
      />
      <SegmentedControl
        aria-label="Which notifications"
        size="sm"
        mb="md"
        value={shown}
        onChange={setShown}
        data={[
          { value: 'unread', label: 'Unread' },
          { value: 'all', label: 'All' },
        ]}
      />
      <div className={classes.frame}>
        <Body list={list} shown={shown} may={may} />
      </div>
    </>
  );
}

function Body({ list, shown, may }: { list: ReturnType<typeof useList<Notification>>; shown: string; may: boolean }) {
  const { query, items } = list;
  if (query.isError && items.length === 0) {
    return <ErrorState error={query.error} retry={() => query.refetch()} retrying={query.isRefetching} />;
  }
  if (query.isPending) {
    return (
      <div style={{ padding: 16 }} role="status" aria-label="Loading notifications" aria-busy="true">
        <LoadingLines lines={7} />
      </div>
    );
  }
  if (items.length === 0) {
    return shown === 'unread' ? (
      <EmptyState title="Nothing unread" icon={IconBell}>
        All is well, as far as this server can tell.
      </EmptyState>
    ) : (
      <EmptyState title="Nothing has happened that needs eyes" icon={IconBell} />
    );
  }
  return (
    <>
      <ul className={classes.list} aria-label="Notifications">
        {items.map((notification) => (
          <Entry key={notification.id} notification={notification} may={may} />
        ))}
      </ul>
      <More query={query as ReturnType<typeof useInfiniteQuery>} />
    </>
  );
}

function More({ query }: { query: ReturnType<typeof useInfiniteQuery> }) {
  if (!query.hasNextPage) return null;
  return (
    <Group justify="center" p="sm">
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        loading={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        Load more
      </Button>
    </Group>
  );
}

function Entry({ notification: n, may }: { notification: Notification; may: boolean }) {
  const { icon: Shown, label, colour } = severities[n.severity];
  const read = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/notifications/{id}/read', { params: { path: { id: n.id } } })),
    done: () => 'Marked as read.',
    changes: [['notifications'], ['overview']],
  });
  return (
    <li className={classes.entry} data-unread={n.readAt === null ? '' : undefined}>
      <Shown size={18} role="img" aria-label={label} color={colour} style={{ flex: 'none', marginTop: 2 }} />
      <div className={classes.text}>
        <Text fz="sm" fw={n.readAt === null ? 500 : 400} style={{ overflowWrap: 'anywhere' }}>
          {n.message}
        </Text>
        <Group gap="sm" fz="xs" c="dimmed" mt={2}>
          <Instant at={n.createdAt} relative inline />
          {n.runId && <About path={`/runs/${n.runId}`}>The run</About>}
          {n.automationId && (
            <About path={`/automations/${n.automationId}`}>
              {n.kind === 'occurrence-missed' ? 'Its occurrences' : 'The automation'}
            </About>
          )}
          {n.senderId && <About path={`/senders/${n.senderId}`}>The sender</About>}
          {n.kind.startsWith('webhook-') && <About path="/webhooks">The webhooks</About>}
        </Group>
      </div>
      {n.readAt === null ? (
        may && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            loading={read.isPending}
            aria-label={`Mark as read: ${n.message}`}
            onClick={() => read.mutate()}
          >
            Mark as read
          </Button>
        )
      ) : (
        <Text fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          read
        </Text>
      )}
    </li>
  );
}

function About({ path, children }: { path: string; children: React.ReactNode }) {
  return (
    <Anchor component={Link} to={path} fz="xs">
      {children}
    </Anchor>
  );
}
