import { z } from 'zod';
import { newPassword, shownPassword } from '../auth/passwords.js';
import { emailAddress, id, line, timestamp } from '../common/schemas.js';
import { role, user } from '../users/schemas.js';

export const whoAmI = z
  .object({
    kind: z.enum(['user', 'api-key']),
    id,
    name: z.string(),
    role,
    user: user.nullable().meta({ description: 'null: an API key' }),
    expiresAt: timestamp
      .nullable()
      .meta({ description: 'When the session or key ends at the latest; null: a key that does not expire' }),
  })
  .meta({ id: 'WhoAmI' });
export type WhoAmI = z.output<typeof whoAmI>;

export const signedIn = z
  .object({ user, expiresAt: timestamp.meta({ description: 'When the session ends at the latest' }) })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.output<typeof signedIn>;

const code = z
  .string()
  .min(6)
  .max(40)
  .meta({ description: 'Six digits of the authenticator, or a recovery code', examples: ['123456'] });
const token = z.string().regex(/^[\w-]{43}$/, 'Must be the token of the link');

export const signInInput = z
  .strictObject({ email: emailAddress, password: shownPassword, totp: code.optional() })
  .meta({ id: 'SignInInput', examples: [{ email: 'ada@example.org', password: 'correct horse battery staple' }] });
export type SignInInput = z.output<typeof signInInput>;

export const setupState = z
  .object({ needed: z.boolean().meta({ description: 'There is no user yet' }) })
  .meta({ id: 'SetupState' });

export const setupInput = z
  .strictObject({ token, email: emailAddress, name: line(200), password: newPassword })
  .meta({ id: 'SetupInput' });
export type SetupInput = z.output<typeof setupInput>;

export const acceptInput = z.strictObject({ token, password: newPassword }).meta({ id: 'AcceptInvitationInput' });
export type AcceptInput = z.output<typeof acceptInput>;

export const passwordInput = z
  .strictObject({ currentPassword: shownPassword, newPassword })
  .meta({ id: 'ChangePasswordInput' });
export type PasswordInput = z.output<typeof passwordInput>;

export const confirmPasswordInput = z.strictObject({ password: shownPassword }).meta({ id: 'ConfirmPasswordInput' });
export type ConfirmPasswordInput = z.output<typeof confirmPasswordInput>;

export const enrolment = z
  .object({
    secret: z.string().meta({ description: 'Base32, for authenticators without a camera' }),
    uri: z.string().meta({ description: 'otpauth address, to be shown as a QR code' }),
  })
  .meta({ id: 'TotpEnrolment' });

export const totpInput = z
  .strictObject({ totp: z.string().regex(/^\d{6}$/, 'Must be six digits') })
  .meta({ id: 'ConfirmTotpInput', examples: [{ totp: '123456' }] });
export type TotpInput = z.output<typeof totpInput>;

export const recoveryCodes = z
  .object({
    recoveryCodes: z
      .array(z.string())
      .meta({ description: 'Each replaces the authenticator once. Shown this once and stored as hashes.' }),
  })
  .meta({ id: 'RecoveryCodes' });
