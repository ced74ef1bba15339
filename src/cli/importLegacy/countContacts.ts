import type { Readable } from 'node:stream';
import { contactReader, type ContactReader } from '../../domain/csv/contactRows.js';
import { detectLayout, UnreadableFile } from '../../domain/csv/layout.js';

/**
 * How many rows a file of contacts has, and how many of them would be rejected.
 * @throws UnreadableFile, and whatever the stream fails with
 */
export async function countContacts(stream: Readable): Promise<{ rows: number; rejected: number }> {
  const decoder = new TextDecoder('utf-8');
  let sample = '';
  let accepted = 0;
  let rejected = 0;
  let reader: ContactReader | undefined;
  const push = (text: string, ended: boolean) => {
    if (reader) return reader.push(text);
    sample += text;
    const layout = detectLayout(sample, ended);
    if (layout === 'more') return;
    reader = contactReader(layout, { contact: () => void accepted++, rejected: () => void rejected++ });
    reader.push(sample);
  };
  for await (const piece of stream as AsyncIterable<Buffer>) {
    if (sample === '' && (piece.subarray(0, 2).equals(utf16be) || piece.subarray(0, 2).equals(utf16le))) {
      throw new UnreadableFile('The file is in UTF-16, not in UTF-8: save it as CSV in UTF-8.');
    }
    push(decoder.decode(piece, { stream: true }), false);
  }
  push(decoder.decode(), true);
  reader?.end();
  return { rows: accepted + rejected, rejected };
}

const utf16be = Buffer.of(0xfe, 0xff);
const utf16le = Buffer.of(0xff, 0xfe);
