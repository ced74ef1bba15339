import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf, ProblemError } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { sessionKey } from '../../session.js';
import { EntryFrame } from './EntryFrame.js';
import { safeNext } from './safeNext.js';

/** Sign in with password and, where it is set up, the authenticator's code; then back to where one was. */
export default function SignInPage() {
  const { next } = useSearch({ strict: false }) as { next?: string };
  const router = useRouter();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);
  const [asked, setAsked] = useState(false);
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: () => dataOf(api.GET('/api/v1/session/setup')),
    staleTime: Infinity,
  });

  const signIn = useMutation({
    mutationFn: (totp: string) =>
      dataOf(api.POST('/api/v1/session', { body: { email, password, ...(totp === '' ? {} : { totp }) } })),
    onError: (error) => {
      if (error instanceof ProblemError && error.is('second-factor-needed')) setAsked(true);
    },
    onSuccess: async () => {
      await queries.resetQueries({ queryKey: sessionKey });
      await router.navigate({ href: `/app${safeNext(next)}` });
    },
  });
  const { error } = signIn;
  const needsCode = error instanceof ProblemError && error.is('second-factor-needed');
  const errors = useFieldErrors(needsCode ? null : error);
  const shown = asked ? { totp: errors.at('/totp') } : { email: errors.at('/email'), password: errors.at('/password') };

  return (
    <EntryFrame
      title={asked ? 'Confirm that it is you' : 'Sign in to Oncemail'}
      description={next && !asked ? 'You come back to where you were.' : undefined}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate(code.trim());
        }}
      >
        <Stack>
          {asked ? (
            <TextInput
              key={String(recovery)}
              label={recovery ? 'Recovery code' : 'Code of your authenticator'}
              description={recovery ? 'Each works once.' : 'Six digits, new every half minute.'}
              autoFocus
              autoComplete="one-time-code"
              inputMode={recovery ? 'text' : 'numeric'}
              maxLength={40}
              required
              withAsterisk={false}
              value={code}
              onChange={(e) => {
                const { value } = e.currentTarget;
                setCode(value);
                if (!recovery && /^\d{6}$/.test(value)) signIn.mutate(value);
              }}
              error={shown.totp}
            />
          ) : (
            <>
              <TextInput
                label="Email"
                type="email"
                autoComplete="username"
                autoFocus
                required
                withAsterisk={false}
                value={email}
                onChange={(e) => setEmail(e.currentTarget.value)}
                error={shown.email}
              />
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                value={password}
                onChange={(e) => setPassword(e.currentTarget.value)}
                error={shown.password}
              />
            </>
          )}
          <FormProblem errors={errors} />
          <Button type="submit" fullWidth loading={signIn.isPending}>
            {asked ? 'Continue' : 'Sign in'}
          </Button>
          {asked && (
            <Button
              variant="subtle"
              color="gray"
              size="xs"
              onClick={() => {
                setRecovery(!recovery);
                setCode('');
                signIn.reset();
              }}
            >
              {recovery ? 'Use the authenticator' : 'The authenticator is lost: use a recovery code'}
            </Button>
          )}
        </Stack>
      </form>
      {setup.data?.needed && (
        <Text fz="sm" c="dimmed" mt="md">
          Nobody has an account yet. The server printed a link at its start that makes the first one; start it again for
          a new link. <Anchor href="/api/docs">API documentation</Anchor>
        </Text>
      )}
    </EntryFrame>
  );
}
