import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconDownload, IconPencil, IconTrash, IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useMay } from '../../session.js';
import { exportAddress, listChanges, type ContactList } from './list.js';
import { ListDialog } from './ListDialog.js';

/** What can be done with a list; viewers export. */
export function ListMenu({
  list,
  onDeleted,
  short = false,
}: {
  list: ContactList;
  onDeleted?: () => void;
  short?: boolean;
}) {
  const may = useMay('operator');
  const [editing, edit] = useDisclosure(false);
  const [deleting, ask] = useDisclosure(false);
  const remove = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/lists/{id}', { params: { path: { id: list.id } } }),
    done: () => `“${list.name}” has been deleted. Its contacts are still there.`,
    changes: listChanges(),
    onDone: () => onDeleted?.(),
  });
  return (
    <>
      <Menu position="bottom-end" width={210} shadow="md">
        <Menu.Target>
          <ActionIcon
            size={short ? 36 : 'md'}
            variant={short ? 'default' : 'subtle'}
            aria-label={`Actions for ${list.name}`}
          >
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {may && !short && (
            <Menu.Item
              component={Link}
              to={`/lists/${list.id}/import`}
              leftSection={<IconUpload size={15} aria-hidden />}
            >
              Import
            </Menu.Item>
          )}
          <Menu.Item
            component="a"
            href={exportAddress(list.id)}
            download
            leftSection={<IconDownload size={15} aria-hidden />}
          >
            Export as CSV
          </Menu.Item>
          {may && (
            <>
              <Menu.Item leftSection={<IconPencil size={15} aria-hidden />} onClick={edit.open}>
                Edit
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                color="var(--mantine-color-error)"
                leftSection={<IconTrash size={15} aria-hidden />}
                onClick={ask.open}
              >
                Delete …
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <ListDialog opened={editing} onClose={edit.close} list={list} />
      <ConfirmDialog
        opened={deleting}
        onClose={ask.close}
        title={`Delete “${list.name}”?`}
        consequence="The list cannot be brought back. Its contacts stay contacts, of other lists or of none. A list that a campaign uses is not deleted; the answer names the campaigns."
        confirm="Delete"
        onConfirm={() => remove.mutateAsync()}
        busy={remove.isPending}
      />
    </>
  );
}
