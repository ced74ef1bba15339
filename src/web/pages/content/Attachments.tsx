import { ActionIcon, Button, FileButton, Group, Loader, Text } from '@mantine/core';
import { IconFile, IconPaperclip, IconPhoto, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type DragEvent } from 'react';
import { noticeProblem } from '../../hooks/useMutationWithNotice.js';
import { contentIdFor, upload, type Attachment } from './attachments.js';
import classes from './Attachments.module.css';
import { size } from './MailPreview.js';

/** The files of a mail: dropped or chosen, taken away, and pictures put into the HTML. */
export function Attachments({
  value,
  onChange,
  onInsert,
  readOnly = false,
  error,
}: {
  value: readonly Attachment[];
  onChange: (attachments: Attachment[]) => void;
  /** Puts HTML where the cursor is. */
  onInsert: (html: string) => void;
  readOnly?: boolean;
  error?: string | undefined;
}) {
  const [over, setOver] = useState(false);
  const uploads = useMutation({
    mutationFn: async (files: File[]) => {
      const done: Attachment[] = [];
      for (const file of files) done.push(await upload(file));
      return done;
    },
    onSuccess: (done) => onChange([...value, ...done]),
    onError: noticeProblem,
  });
  if (readOnly && value.length === 0) return null;

  const drag = (event: DragEvent, inside: boolean) => {
    if (readOnly || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(inside);
  };

  function insert(attachment: Attachment): void {
    const contentId =
      attachment.contentId ??
      contentIdFor(
        attachment.filename,
        value.map((a) => a.contentId),
      );
    onChange(value.map((a) => (a.id === attachment.id ? { ...a, disposition: 'inline' as const, contentId } : a)));
    onInsert(`<img src="cid:${contentId}" alt="" style="max-width:100%">`);
  }

  return (
    // Dropping is for the mouse alone; the button does the same.
    <div
      role="presentation"
      className={classes.area}
      data-over={over ? '' : undefined}
      onDragEnter={(event) => drag(event, true)}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        if (event.dataTransfer.files.length > 0) uploads.mutate([...event.dataTransfer.files]);
      }}
    >
      <Group justify="space-between" gap="xs">
        <Text fz="sm" fw="var(--mantine-font-weight-medium)" id="attachments">
          Attachments
          {value.length > 0 && (
            <Text span fz="xs" c="dimmed" fw={400}>
              {' '}
              · {size(value.reduce((sum, a) => sum + a.size, 0))}
            </Text>
          )}
        </Text>
        {!readOnly && (
          <FileButton multiple onChange={(files) => files.length > 0 && uploads.mutate(files)}>
            {(props) => (
              <Button
                {...props}
                size="xs"
                variant="default"
                leftSection={<IconPaperclip size={15} aria-hidden />}
                loading={uploads.isPending}
              >
                Attach files
              </Button>
            )}
          </FileButton>
        )}
      </Group>
      {value.length > 0 && (
        <ul className={classes.files} aria-labelledby="attachments">
          {value.map((attachment) => (
            <li key={attachment.id} className={classes.file}>
              {attachment.contentType.startsWith('image/') ? (
                <IconPhoto size={16} aria-hidden />
              ) : (
                <IconFile size={16} aria-hidden />
              )}
              <span className={classes.name}>
                {attachment.filename}
                <Text span fz="xs" c="dimmed">
                  {' '}
                  · {size(attachment.size)}
                  {attachment.disposition === 'inline' && ` · in the mail as cid:${attachment.contentId}`}
                </Text>
              </span>
              {!readOnly && attachment.contentType.startsWith('image/') && (
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => insert(attachment)}>
                  Put into the HTML
                </Button>
              )}
              {!readOnly && (
                <ActionIcon
                  aria-label={`Take ${attachment.filename} away`}
                  onClick={() => onChange(value.filter((a) => a.id !== attachment.id))}
                >
                  <IconX size={15} aria-hidden />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      <div role="status">
        {uploads.isPending && (
          <Text fz="xs" c="dimmed" mt={4}>
            <Loader size={10} mr={6} aria-hidden /> Uploading {uploads.variables.map((f) => f.name).join(', ')}
          </Text>
        )}
      </div>
      {value.length === 0 && !uploads.isPending && (
        <Text fz="xs" c="dimmed" mt={2}>
          Drop files here, or choose them. Pictures can be put into the mail itself.
        </Text>
      )}
      {error && (
        <Text fz="xs" c="var(--mantine-color-error)" mt={4}>
          {error}
        </Text>
      )}
    </div>
  );
}
