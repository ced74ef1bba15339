import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { PageHeader } from '../components/PageHeader.js';
import { EmptyState } from '../components/states.js';

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <>
      <PageHeader title="There is no such page" />
      <EmptyState
        title="It may have been moved, or the address is not complete."
        action={
          <Button component={Link} to="/">
            To the start
          </Button>
        }
      />
    </>
  );
}
