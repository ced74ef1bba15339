import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { PageHeader } from '../components/PageHeader.js';
import { ErrorState } from '../components/states.js';
import { noteReachable } from '../connection.js';

/** The code of a page could not be fetched: nothing answers, or the files of its version are gone after an update. */
export class CodeMissing extends Error {
  constructor(cause: unknown) {
    super('Its code could not be fetched. It is loaded anew as soon as the server answers.', { cause });
  }
}

const reloadedAt = 'oncemail-reloaded';
const lookEveryMs = 3000;
/** A page whose code is missing although the server answers is reloaded no more often than this. */
const reloadEveryMs = 60_000;

/** A page whose code failed. One whose code could not be fetched is loaded anew, but not before the server answers: a reload would end at the browser's own error page. */
export function PageCrashed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const missing = error instanceof CodeMissing;
  useEffect(() => {
    if (!missing) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const look = async () => {
      const answers = await fetch(location.href, { method: 'HEAD', cache: 'no-store' }).then(
        (answer) => answer.ok,
        () => false,
      );
      if (left) return;
      noteReachable(answers);
      if (answers && Date.now() - Number(sessionStorage.getItem(reloadedAt) ?? 0) > reloadEveryMs) {
        sessionStorage.setItem(reloadedAt, String(Date.now()));
        location.reload();
      } else timer = setTimeout(() => void look(), lookEveryMs);
    };
    void look();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [missing]);
  return (
    <>
      <PageHeader title={missing ? 'Waiting for the server' : 'This page has failed'} />
      <ErrorState
        error={error}
        retry={() => {
          if (missing) return location.reload();
          reset();
          return router.invalidate();
        }}
      />
    </>
  );
}
