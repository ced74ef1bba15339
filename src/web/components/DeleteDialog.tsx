import { useDisclosure } from '@mantine/hooks';
import { Button } from '@mantine/core';
import { useMutationWithNotice } from '../hooks/useMutationWithNotice.js';
import { ConfirmDialog } from './ConfirmButton.js';

/** How something is deleted, and what is said of it. */
export interface Deletion {
  run: () => Promise<unknown>;
  /** What goes with it and what stays, before it is done. */
  consequence: string;
  /** Said when it is done. */
  done: string;
  /** The keys of queries whose answers have changed. */
  changes: (readonly unknown[])[];
  onDeleted?: (() => void) | undefined;
}

interface DeleteDialogProps {
  name: string;
  deletion: Deletion;
  opened: boolean;
  onClose: () => void;
}

/** Asks whether the thing of this name shall be deleted, and does it. */
export function DeleteDialog({ name, deletion, opened, onClose }: DeleteDialogProps) {
  const remove = useMutationWithNotice({
    run: deletion.run,
    done: () => deletion.done,
    changes: deletion.changes,
    onDone: () => deletion.onDeleted?.(),
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={`Delete “${name}”?`}
      consequence={deletion.consequence}
      confirm="Delete"
      onConfirm={() => remove.mutateAsync()}
      busy={remove.isPending}
    />
  );
}

/** The button of a page that deletes what the page shows, and asks first. */
export function DeleteButton({ name, deletion }: Pick<DeleteDialogProps, 'name' | 'deletion'>) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        Delete
      </Button>
      <DeleteDialog name={name} deletion={deletion} opened={opened} onClose={close} />
    </>
  );
}
