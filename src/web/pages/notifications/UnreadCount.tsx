import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api.js';

const refreshMs = 20_000;
/** More than these are shown as so many and more. */
const most = 99;

/** How many notifications nobody has read, beside their entry of the navigation. Nothing when there are none. */
export function UnreadCount() {
  const { data: count = 0 } = useQuery({
    queryKey: ['notifications', 'unread count'],
    queryFn: async () => {
      const query = { unread: true, limit: most + 1 };
      const { items } = await dataOf(api.GET('/api/v1/notifications', { params: { query } }));
      return items.length;
    },
    refetchInterval: refreshMs,
  });
  if (count === 0) return null;
  const text = count > most ? `${most}+` : String(count);
  return (
    <Badge size="sm" variant="filled" color="red.8" ml="auto" aria-label={`${text} unread`}>
      {text}
    </Badge>
  );
}
