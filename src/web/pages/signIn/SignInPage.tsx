import { Button, PasswordInput, PinInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf, ProblemError } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { sessionKey } from '../../session.js';
import { EntryFrame } from './EntryFrame.js';

/** Only an address of this app: a link from elsewhere cannot send somebody who signs in to another site. */
export function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}

/** Sign in with password and, where it is set up, the authenticator's code; then back to where one was. */
export default function SignInPage() {
  const { next } = useSearch({ strict: false }) as { next?: string };
  const router = useRouter();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);

  const signIn = useMutation({
    mutationFn: (totp: string) =>
      dataOf(api.POST('/api/v1/session', { body: { email, password, ...(totp === '' ? {} : { totp }) } })),
    onSuccess: async () => {
      await queries.invalidateQueries();
      await queries.refetchQueries({ queryKey: sessionKey });
      router.history.push(`/app${safeNext(next?.replace(/^\/app(?=\/|$)/, ''))}`);
    },
  });
  const { error } = signIn;
  const needsCode = error instanceof ProblemError && error.is('second-factor-needed');
  const [asked, setAsked] = useState(false);
  if (needsCode && !asked) setAsked(true);
  const errors = useFieldErrors(needsCode ? null : error);

  return (
    <EntryFrame title={asked ? 'Confirm that it is you' : 'Sign in to Oncemail'}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate(code.trim());
        }}
      >
        <Stack>
          {asked ? (
            recovery ? (
              <TextInput
                label="Recovery code"
                autoFocus
                autoComplete="one-time-code"
                value={code}
                onChange={(e) => setCode(e.currentTarget.value)}
                error={errors.at('/totp')}
              />
            ) : (
              <div>
                <Text component="label" id="totp-label" fz="sm" fw={500} mb={6} display="block">
                  Code of your authenticator
                </Text>
                <PinInput
                  length={6}
                  type="number"
                  oneTimeCode
                  autoFocus
                  aria-labelledby="totp-label"
                  value={code}
                  onChange={setCode}
                  onComplete={(value) => signIn.mutate(value)}
                  error={error !== null && !needsCode}
                />
              </div>
            )
          ) : (
            <>
              <TextInput
                label="Email"
                type="email"
                autoComplete="username"
                required
                withAsterisk={false}
                value={email}
                onChange={(e) => setEmail(e.currentTarget.value)}
                error={errors.at('/email')}
              />
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                value={password}
                onChange={(e) => setPassword(e.currentTarget.value)}
                error={errors.at('/password')}
              />
            </>
          )}
          <FormProblem errors={errors} />
          <Button type="submit" fullWidth loading={signIn.isPending}>
            {asked ? 'Continue' : 'Sign in'}
          </Button>
          {asked && (
            <Button variant="subtle" color="gray" size="xs" onClick={() => (setRecovery(!recovery), setCode(''))}>
              {recovery ? 'Use the authenticator instead' : 'Use a recovery code instead'}
            </Button>
          )}
        </Stack>
      </form>
    </EntryFrame>
  );
}
