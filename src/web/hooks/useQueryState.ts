import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/**
 * A text that lives in the address (`?name=value`), so that a filter survives a reload, the back button and being sent to a colleague.
 * The default is not written. Setting replaces the entry of the browser's history.
 */
export function useQueryState(name: string, otherwise = ''): [string, (value: string | null) => void] {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const navigate = useNavigate();
  const set = useCallback(
    (value: string | null) => {
      void navigate({
        to: '.',
        replace: true,
        resetScroll: false,
        search: (present: Record<string, string | undefined>) => ({
          ...present,
          [name]: value === null || value === otherwise || value === '' ? undefined : value,
        }),
      } as never);
    },
    [navigate, name, otherwise],
  );
  return [search[name] ?? otherwise, set];
}
