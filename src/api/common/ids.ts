import { v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562): unique, and in the order of time. */
export function newId(): string {
  return v7();
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the textual form of any UUID; what PostgreSQL's `uuid` takes without an error. */
export function isUuid(value: string): boolean {
  return uuidPattern.test(value);
}
