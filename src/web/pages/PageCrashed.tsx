import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ErrorState } from '../components/states.js';

const reloadedFor = 'oncemail-reloaded';

/** A page whose code failed. After an update the files of the old version are gone: such a page is loaded anew, once. */
export function PageCrashed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const outdated = /dynamically imported module|module script failed|preload CSS/i.test(String(error));
  useEffect(() => {
    if (!outdated || sessionStorage.getItem(reloadedFor) === location.href) return;
    sessionStorage.setItem(reloadedFor, location.href);
    location.reload();
  }, [outdated]);
  return (
    <div style={{ maxWidth: 640, margin: '24px auto' }}>
      <ErrorState
        error={error}
        retry={() => {
          reset();
          return router.invalidate();
        }}
      />
    </div>
  );
}
