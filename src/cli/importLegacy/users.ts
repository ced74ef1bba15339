import { v7 as uuidv7 } from 'uuid';
import { generateToken, hashToken } from '../../api/auth/tokens.js';
import { parseAddress } from '../../domain/address.js';
import type { FileStep } from './fileStep.js';
import { roleOf } from './mapping.js';
import { userShape } from './shapes.js';
import { oneLine } from './text.js';

/** `users.json`: users without a password; with `invite`, a link to set one. */
export async function importUsers(step: FileStep, json: unknown): Promise<void> {
  let without = 0;
  const { dryRun, invite } = step.options;
  await step.each(step.records(json, ['users']), async (record) => {
    const user = step.reading(userShape, record);
    if (!user) return;
    const address = parseAddress(user.email);
    const what = user.name ?? user.email;
    if (!address.ok) {
      step.skip(record, what, `${user.email} is not an email address: ${address.reason}`, 'Create the user by hand');
      return;
    }
    const legacyId = record.id ?? address.address;
    if (step.isTwin(record, 'user', legacyId, what)) return;
    let id = step.isKnown('user', legacyId) ? step.of('user', legacyId) : undefined;
    if (id === undefined) {
      id = uuidv7();
      const inserted = await step.client.query(
        `INSERT INTO users (id, email, address, name, role, disabled) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (address) DO NOTHING`,
        [id, address.email, address.address, oneLine(what, 200), roleOf(user), !user.active],
      );
      if (inserted.rowCount === 0) {
        step.skip(record, what, 'There is a user with this address already', 'Nothing: the user stays as it is');
        return;
      }
      await step.remember('user', legacyId, id);
      step.report.imported++;
    }
    const { rowCount: passwordless } = await step.client.query(
      `SELECT FROM users WHERE id = $1 AND password_hash IS NULL AND NOT disabled`,
      [id],
    );
    if (passwordless !== 1) return;
    without++;
    if (!invite || dryRun) return;
    const token = generateToken();
    const expiresAt = new Date(Date.now() + 7 * 86_400_000);
    await step.client.query(
      `UPDATE users SET invitation_hash = $2, invitation_expires_at = $3, revision = revision + 1, updated_at = now() WHERE id = $1`,
      [id, hashToken(token), expiresAt],
    );
    step.state.report.invitations.push({
      email: address.email,
      url: `${step.options.publicUrl}/app/invitation#${token}`,
      expiresAt: expiresAt.toISOString(),
    });
  });
  if (without > 0 && invite && dryRun) {
    step.report.remarks.push({
      pointer: '',
      what: 'users',
      reason: `${without} user${without === 1 ? '' : 's'} would be invited; a dry run makes no links, as they would not work`,
      todo: 'Import without --dry-run to get them',
    });
  }
  if (without > 0 && !invite) {
    step.report.remarks.push({
      pointer: '',
      what: 'users',
      reason: `Passwords cannot be carried over: ${without} imported user${without === 1 ? ' has' : 's have'} none and cannot sign in`,
      todo: 'Import again with --invite to get their links, or POST /users/:id/invitation with an admin API key',
    });
  }
}
