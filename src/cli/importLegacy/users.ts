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
  for (const record of step.records(json, ['users'])) {
    const user = step.reading(userShape, record);
    if (!user) continue;
    const address = parseAddress(user.email);
    const what = user.name ?? user.email;
    if (!address.ok) {
      step.skip(record, what, `${user.email} is not an email address: ${address.reason}`, 'Create the user by hand');
      continue;
    }
    const legacyId = record.id ?? address.address;
    const before = step.of('user', legacyId);
    if (before !== undefined) step.report.already++;
    let id = before;
    if (id === undefined) {
      id = uuidv7();
      const inserted = await step.client.query(
        `INSERT INTO users (id, email, address, name, role, disabled) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (address) DO NOTHING`,
        [id, address.email, address.address, oneLine(what, 200), roleOf(user), !user.active],
      );
      if (inserted.rowCount === 0) {
        step.skip(record, what, 'There is a user with this address already', 'Nothing: the user stays as it is');
        continue;
      }
      await step.remember('user', legacyId, id);
      step.report.imported++;
    }
    const token = generateToken();
    const expiresAt = new Date(Date.now() + 7 * 86_400_000);
    const { rowCount: passwordless } = await step.client.query(
      `SELECT FROM users WHERE id = $1 AND password_hash IS NULL AND NOT disabled`,
      [id],
    );
    if (passwordless !== 1) continue;
    without++;
    if (!step.options.invite) continue;
    await step.client.query(
      `UPDATE users SET invitation_hash = $2, invitation_expires_at = $3, revision = revision + 1, updated_at = now() WHERE id = $1`,
      [id, hashToken(token), expiresAt],
    );
    step.state.report.invitations.push({
      email: address.email,
      url: `${step.options.publicUrl}/app/invitation#${token}`,
      expiresAt: expiresAt.toISOString(),
    });
  }
  if (without > 0 && !step.options.invite) {
    step.report.remarks.push({
      pointer: '',
      what: 'users',
      reason: `Passwords cannot be carried over: ${without} imported user${without === 1 ? ' has' : 's have'} none and cannot sign in`,
      todo: 'Import again with --invite to get their links, or POST /users/:id/invitation with an admin API key',
    });
  }
}
