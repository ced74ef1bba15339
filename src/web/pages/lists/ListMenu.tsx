import { useDisclosure } from '@mantine/hooks';
import { IconDownload, IconPencil, IconUpload } from '@tabler/icons-react';
import { api } from '../../api.js';
import { ActionsMenu, MenuAction } from '../../components/ActionsMenu.js';
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
  return (
    <>
      <ActionsMenu
        name={list.name}
        onPage={short}
        deletion={
          may
            ? {
                run: () => api.DELETE('/api/v1/lists/{id}', { params: { path: { id: list.id } } }),
                consequence:
                  'The list cannot be brought back. Its contacts stay contacts, of other lists or of none. A list that a campaign uses is not deleted; the answer names the campaigns.',
                done: `“${list.name}” has been deleted. Its contacts are still there.`,
                changes: listChanges(),
                onDeleted,
              }
            : undefined
        }
      >
        {may && !short && (
          <MenuAction icon={IconUpload} to={`/lists/${list.id}/import`}>
            Import
          </MenuAction>
        )}
        <MenuAction icon={IconDownload} download={exportAddress(list.id)}>
          Export as CSV
        </MenuAction>
        {may && (
          <MenuAction icon={IconPencil} asks={edit.open}>
            Edit
          </MenuAction>
        )}
      </ActionsMenu>
      <ListDialog opened={editing} onClose={edit.close} list={list} />
    </>
  );
}
