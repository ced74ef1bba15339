import { createPublicKey } from 'node:crypto';

/** A TXT record to publish. */
export interface DnsRecord {
  /** Its name, without a dot at the end. */
  name: string;
  /** Its text. Longer than 255 characters, it is published as several strings in one record (RFC 6376 section 3.6.2.2). */
  value: string;
}

/**
 * The record with which others check the signatures of a key (RFC 6376 section 3.6.1). RSA keys are published as SubjectPublicKeyInfo, Ed25519 keys
 * as their 32 bytes alone (RFC 8463 section 4.2).
 * @param privateKey PEM, RSA or Ed25519. @throws when it is no such key.
 */
export function dkimRecord(dkim: { domainName: string; keySelector: string; privateKey: string }): DnsRecord {
  const key = createPublicKey(dkim.privateKey);
  const der = key.export({ type: 'spki', format: 'der' });
  const isRsa = key.asymmetricKeyType === 'rsa';
  const published = (isRsa ? der : der.subarray(-32)).toString('base64');
  return {
    name: `${dkim.keySelector}._domainkey.${dkim.domainName}`,
    value: `v=DKIM1; k=${isRsa ? 'rsa' : 'ed25519'}; p=${published}`,
  };
}
