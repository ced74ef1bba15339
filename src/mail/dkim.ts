import { createHash, createPrivateKey, sign } from 'node:crypto';

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

/**
 * Makes the DKIM-Signature header (with its CRLF) of messages: relaxed/relaxed, rsa-sha256 or ed25519-sha256 (RFC 8463) as the key is.
 * No timestamp, so that a message built again is the same.
 * @throws DkimKeyError when the key cannot be read or is of another kind.
 */
export function createDkimSigner(dkim: DkimKey): (headers: string, body: string) => string {
  const key = readKey(dkim.privateKey);
  const algorithm = key.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256';
  return (headers, body) => {
    const fields = headerFields(headers);
    const present = signedHeaders.filter((name) => fields.has(name.toLowerCase()));
    const bodyHash = createHash('sha256').update(relaxedBody(body), 'utf8').digest('base64');
    const unsigned =
      `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed; d=${dkim.domainName};\r\n s=${dkim.keySelector};\r\n` +
      ` h=${present.join(':\r\n ')};\r\n bh=${bodyHash};\r\n b=`;
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
    input += `dkim-signature:${relaxedValue(unsigned.slice(unsigned.indexOf(':') + 1))}`;
    const signature =
      algorithm === 'rsa-sha256'
        ? sign('sha256', Buffer.from(input, 'utf8'), key)
        : sign(null, createHash('sha256').update(input, 'utf8').digest(), key);
    return `${unsigned}${signature.toString('base64').replace(/(.{72})(?=.)/g, '$1\r\n ')}\r\n`;
  };
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

/** RFC 6376 section 3.4.4. */
function relaxedBody(body: string): string {
  const text = body
    .replace(/[ \t]+(?=\r\n)/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/(?:\r\n)+$/, '');
  return text === '' ? '' : `${text}\r\n`;
}
