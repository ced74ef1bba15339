import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** What a message is signed with. `privateKey` is PEM, RSA or Ed25519. */
export interface DkimKey {
  domainName: string;
  keySelector: string;
  privateKey: string;
}

/** A key that cannot sign. */
export class DkimKeyError extends Error {
  override name = 'DkimKeyError';
}

/**
 * Signed headers. RFC 6376 section 5.4.1 names the usual ones; RFC 8058 section 4 demands both List-Unsubscribe headers. From and Subject
 * stand once more than they occur, so that a second one breaks the signature (RFC 6376 section 8.15).
 */
const signedHeaders = [
  'From',
  'From',
  'Reply-To',
  'Subject',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'MIME-Version',
  'Content-Type',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
];

/** What a signature is made of, and where it goes. */
interface Unsigned {
  /** The DKIM-Signature header up to its `b=`. */
  header: string;
  /** What is signed: of RSA the canonical headers, of Ed25519 their SHA-256 (RFC 8463 section 3). */
  data: Buffer;
}

export interface DkimSigner {
  /**
   * The DKIM-Signature header (with its CRLF) of a message: relaxed/relaxed, rsa-sha256 or ed25519-sha256 (RFC 8463) as the key is. No timestamp, so that a
   * message built again is the same. `relaxedRest` is what follows the body, in its relaxed form.
   */
  sign(headers: string, body: string, relaxedRest?: readonly Buffer[]): string;
  /**
   * The same, signed on a thread of libuv's pool while the event loop goes on; null where that costs more than it saves (Ed25519).
   */
  signAside: ((headers: string, body: string, relaxedRest?: readonly Buffer[]) => Promise<string>) | null;
}

/** Makes the signer of a key. @throws DkimKeyError when the key cannot be read or is of another kind. */
export function createDkimSigner(dkim: DkimKey): DkimSigner {
  const key = readKey(dkim.privateKey);
  const isRsa = key.asymmetricKeyType === 'rsa';
  const unsigned = (headers: string, body: string, rest: readonly Buffer[] = []) =>
    prepare(dkim, isRsa, headers, body, rest);
  const digest = isRsa ? 'sha256' : null;
  return {
    sign(headers, body, rest) {
      const { header, data } = unsigned(headers, body, rest);
      return finished(header, sign(digest, data, key));
    },
    signAside: isRsa
      ? async (headers, body, rest) => {
          const { header, data } = unsigned(headers, body, rest);
          return finished(header, await signedAside(data, key));
        }
      : null,
  };
}

function prepare(dkim: DkimKey, isRsa: boolean, headers: string, body: string, rest: readonly Buffer[]): Unsigned {
  const fields = headerFields(headers);
  const present = signedHeaders.filter((name) => fields.has(name.toLowerCase()));
  const hash = createHash('sha256').update(relaxedBody(body, rest.length > 0), 'utf8');
  for (const buffer of rest) hash.update(buffer);
  const header =
    `DKIM-Signature: v=1; a=${isRsa ? 'rsa-sha256' : 'ed25519-sha256'}; c=relaxed/relaxed; d=${dkim.domainName};\r\n s=${dkim.keySelector};\r\n` +
    ` h=${present.join(':\r\n ')};\r\n bh=${hash.digest('base64')};\r\n b=`;
  const used = new Map<string, number>();
  let input = '';
  for (const name of present) {
    const lower = name.toLowerCase();
    const values = fields.get(lower) as string[];
    const nth = used.get(lower) ?? 0;
    used.set(lower, nth + 1);
    // From the bottom up; one that is not there is signed as nothing (RFC 6376 section 5.4.2).
    const value = values[values.length - 1 - nth];
    if (value !== undefined) input += `${lower}:${relaxedValue(value)}\r\n`;
  }
  input += `dkim-signature:${relaxedValue(header.slice(header.indexOf(':') + 1))}`;
  return { header, data: isRsa ? Buffer.from(input, 'utf8') : createHash('sha256').update(input, 'utf8').digest() };
}

function signedAside(data: Buffer, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    sign('sha256', data, key, (error, signature) => (error ? reject(error) : resolve(signature))),
  );
}

function finished(header: string, signature: Buffer): string {
  return `${header}${signature.toString('base64').replace(/(.{72})(?=.)/g, '$1\r\n ')}\r\n`;
}

function readKey(pem: string) {
  let key;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw new DkimKeyError('The DKIM key cannot be read: give it as PEM, beginning with -----BEGIN PRIVATE KEY-----.', {
      cause: error,
    });
  }
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ed25519') {
    throw new DkimKeyError(`A DKIM key must be RSA or Ed25519, not ${key.asymmetricKeyType ?? 'of unknown kind'}.`);
  }
  return key;
}

function headerFields(headers: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of headers.split(/\r\n(?![ \t])/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const values = fields.get(name);
    if (values) values.push(line.slice(colon + 1));
    else fields.set(name, [line.slice(colon + 1)]);
  }
  return fields;
}

/** RFC 6376 section 3.4.2. */
function relaxedValue(value: string): string {
  return value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
}

/** A body in its relaxed form (RFC 6376 section 3.4.4); with `goesOn`, a piece of one that ends at a line end and is not the last. */
export function relaxedBody(body: string, goesOn = false): string {
  // Most blanks are single ones and stay: matching each of them took four times as long.
  const lines = body.replace(/ [ \t]+|\t[ \t]*/g, ' ').replaceAll(' \r\n', '\r\n');
  if (goesOn) return lines;
  let end = lines.length;
  while (end >= 2 && lines[end - 1] === '\n' && lines[end - 2] === '\r') end -= 2;
  return end === 0 ? '' : `${lines.slice(0, end)}\r\n`;
}
