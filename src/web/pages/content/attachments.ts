import { useQueries } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../api.js';

/** A file of a mail, or a picture within it. */
export type Attachment = Schema<'ContentAttachment'>;

/** What the API takes for an attachment that it has answered. */
export function attachmentInput({
  id,
  filename,
  disposition,
  contentId,
}: Attachment): Schema<'ContentAttachmentInput'> {
  return { id, filename, disposition, contentId };
}

/** Uploads a file. A picture gets a name that the HTML can refer to, and is offered as a file until it does. */
export async function upload(file: File): Promise<Attachment> {
  const form = new FormData();
  form.append('file', file, file.name);
  const uploaded = await dataOf(
    api.POST('/api/v1/attachments', {
      body: form as never,
      // The browser sets the boundary itself.
      bodySerializer: (body) => body as unknown as FormData,
    }),
  );
  return {
    id: uploaded.id,
    filename: uploaded.filename,
    contentType: uploaded.contentType,
    size: uploaded.size,
    disposition: 'attachment',
    contentId: null,
  };
}

/** A name for `cid:`, from that of the file and not among those that are taken. */
export function contentIdFor(filename: string, taken: readonly (string | null)[]): string {
  const base =
    filename
      .toLowerCase()
      .replace(/\.[^.]*$/, '')
      .replace(/[^a-z0-9_-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'picture';
  let name = base;
  for (let n = 2; taken.includes(name); n++) name = `${base}-${n}`;
  return name;
}

const largestShown = 3 * 1024 * 1024;

/** The pictures of a mail that its HTML refers to by `cid:`, as data addresses: the frame that shows the mail has no session to load them with. */
export function useInlinePictures(attachments: readonly Attachment[]): Map<string, string> {
  const inline = attachments.filter(
    (a) => a.contentId !== null && a.contentType.startsWith('image/') && a.size <= largestShown,
  );
  const pictures = useQueries({
    queries: inline.map(({ id }) => ({
      queryKey: ['attachment', id],
      queryFn: async () => {
        const { data } = await api.GET('/api/v1/attachments/{id}/content', {
          params: { path: { id } },
          parseAs: 'blob',
        });
        return dataAddress(data as unknown as Blob);
      },
      staleTime: Infinity,
    })),
  });
  return new Map(
    inline.flatMap(({ contentId }, index) => {
      const address = pictures[index]?.data;
      return address === undefined ? [] : [[contentId as string, address] as const];
    }),
  );
}

function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('The picture could not be read.'));
    reader.readAsDataURL(blob);
  });
}

/** HTML with the pictures that it refers to in it. */
export function withPictures(html: string, pictures: ReadonlyMap<string, string>): string {
  if (pictures.size === 0) return html;
  return html.replace(/\bcid:([^\s"'<>()]+)/gi, (whole, name: string) => pictures.get(name) ?? whole);
}
