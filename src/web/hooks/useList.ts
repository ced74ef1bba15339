import { keepPreviousData, useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/react-query';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A list of the API, page after page, as DataTable takes it. */
export interface List<Item> {
  items: Item[];
  query: UseInfiniteQueryResult<unknown>;
}

interface Options {
  enabled?: boolean;
  /** Read again every so many milliseconds, as long as few pages are shown; false: never. */
  refetchInterval?: number | false;
}

/** A list that was scrolled further than this is not read again by itself: each page is a request. */
const livePages = 3;

/**
 * Reads a list of the API page by page.
 * @param key what names the list and its filters in the cache.
 * @param read reads the page that follows `cursor` (undefined: the first).
 */
export function useList<Item>(
  key: readonly unknown[],
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  { enabled = true, refetchInterval = false }: Options = {},
): List<Item> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<Item>) => last.nextCursor ?? undefined,
    // Another filter keeps what was seen until its own answer is here: no jump.
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > livePages ? false : refetchInterval),
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    query: query as UseInfiniteQueryResult<unknown>,
  };
}
