/** How an attachment stands in a mail: offered as a file, or shown within the HTML (RFC 2183). */
export type Disposition = 'attachment' | 'inline';

/** An attachment as content refers to it: which file, and how this content shows it. Files never change, so what is said of them here stays true. */
export interface ContentAttachment {
  id: string;
  filename: string;
  /** A media type, see attachmentMediaType. */
  contentType: string;
  /** Bytes of the file, before it is encoded. */
  size: number;
  disposition: Disposition;
  /** What `cid:` in the HTML calls it (RFC 2392); without angle brackets. */
  contentId: string | null;
}

/** Most attachments of one mail. */
export const mostAttachments = 20;

/** What a content ID may be: nothing of it needs an escape, in a header or in a URL. */
export const contentIdPattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}(@[A-Za-z0-9][A-Za-z0-9.-]{0,99})?$/;

const references = /\bcid:([^\s"'<>()]+)(?=[\s"'<>()])/gi;

/** The content IDs that pieces of HTML refer to as `cid:`, each once; one that goes on beyond its piece (`cid:{{ … }}`) is not known and left out. */
export function contentIdsIn(pieces: readonly string[]): string[] {
  const found = new Set<string>();
  for (const piece of pieces) {
    for (const [, id = ''] of piece.matchAll(references)) found.add(percentDecoded(id));
  }
  return [...found];
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not an escape, so it stands for itself.
    return text;
  }
}

const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * The name of a file as a mail may carry it: without a path, control characters and marks that turn the direction of writing (`exe.gpj`), at most 200
 * characters; '' when nothing is left.
 */
export function attachmentFilename(name: string): string {
  const clean = (name.toWellFormed().split(/[/\\]/).at(-1) as string).replace(unsafe, '').trim();
  return /^\.+$/.test(clean) ? '' : [...clean].slice(0, 200).join('');
}
