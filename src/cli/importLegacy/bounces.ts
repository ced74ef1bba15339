import { parseAddress } from '../../domain/address.js';
import { suppress } from '../../ledger/suppressions.js';
import type { FileStep } from './fileStep.js';
import { escapePointer, isObject, UnreadableCollection, type LegacyRecord } from './records.js';
import { bounceShape } from './shapes.js';

/** `bounce_data.json`: suppressions, so that addresses which bounced for good get no mail. */
export async function importBounces(step: FileStep, json: unknown): Promise<void> {
  await step.each(bouncesIn(json), async (record) => {
    const bounce = step.reading(bounceShape, record);
    if (!bounce) return;
    const address = parseAddress(bounce.email);
    if (!address.ok) {
      step.skip(record, bounce.email, `Not an email address: ${address.reason}`, 'Nothing');
      return;
    }
    if (/soft|temporary|deferred/i.test(bounce.kind)) {
      step.skip(record, bounce.email, 'A soft bounce says nothing about the address', 'Nothing');
      return;
    }
    const became = await suppress(step.client, {
      address: address.address,
      email: address.email,
      reason: 'bounced',
      detail: bounce.reason,
    });
    if (became === 'added') step.report.imported++;
    else step.report.already++;
  });
}

/** Bounces, in a list, by campaign (lists) or by address. */
function bouncesIn(json: unknown): LegacyRecord[] {
  const found: LegacyRecord[] = [];
  const take = (value: unknown, pointer: string, key: string | null) => {
    if (Array.isArray(value)) value.forEach((v, i) => take(v, `${pointer}/${i}`, null));
    else if (typeof value === 'string') found.push({ id: null, pointer, value: { email: value } });
    else if (isObject(value)) {
      const email = key?.includes('@') ? { email: key } : {};
      found.push({ id: null, pointer, value: { ...email, ...value } });
    }
  };
  if (Array.isArray(json)) take(json, '', null);
  else if (isObject(json)) for (const [key, value] of Object.entries(json)) take(value, `/${escapePointer(key)}`, key);
  else throw new UnreadableCollection('The file holds neither a list nor an object of bounces.');
  return found;
}
