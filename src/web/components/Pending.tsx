import type { ReactNode } from 'react';
import { PageHeader } from './PageHeader.js';
import { ErrorState, LoadingLines } from './states.js';

interface PendingProps {
  /** A query that has no data. */
  query: { error: unknown; isError: boolean; isRefetching: boolean; refetch: () => Promise<unknown> };
  /** How many lines stand for its answer. */
  lines?: number;
  /** What stands for it instead of lines. */
  loading?: ReactNode;
}

/**
 * What is shown of a query as long as it has no data: its failure with a way to try again, or lines where the answer is about to be. Data that is there stays
 * when reading it again fails.
 */
export function Pending({ query, lines = 6, loading }: PendingProps) {
  if (query.isError) {
    return <ErrorState error={query.error} retry={() => query.refetch()} retrying={query.isRefetching} />;
  }
  return <>{loading ?? <LoadingLines lines={lines} />}</>;
}

/** The same for a whole page, which is not called by its own name yet. */
export function PendingPage({
  title,
  back,
  ...pending
}: PendingProps & { title: string; back: { to: string; label: string } }) {
  return (
    <>
      <PageHeader title={title} back={back} />
      <Pending {...pending} />
    </>
  );
}
