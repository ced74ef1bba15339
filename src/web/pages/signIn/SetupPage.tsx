import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { ErrorState, FormProblem, LoadingLines } from '../../components/states.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useDraft } from '../../hooks/useDraft.js';
import { sessionKey } from '../../session.js';
import { EntryFrame } from './EntryFrame.js';
import { NewPasswordInput } from './NewPasswordInput.js';

/** The first user, from the link that the server prints: `/app/setup#<token>`. */
export default function SetupPage() {
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => dataOf(api.GET('/api/v1/session/setup')) });
  if (setup.isPending) {
    return (
      <EntryFrame title="Set up Oncemail">
        <LoadingLines lines={4} />
      </EntryFrame>
    );
  }
  if (setup.isError) {
    return (
      <EntryFrame title="Set up Oncemail">
        <ErrorState error={setup.error} retry={() => setup.refetch()} retrying={setup.isRefetching} />
      </EntryFrame>
    );
  }
  if (!setup.data.needed) {
    return (
      <EntryFrame title="Oncemail is set up">
        <Stack align="flex-start">
          <Text fz="sm">There is a first user already. Sign in, or ask an administrator to invite you.</Text>
          <Button component={Link} to="/sign-in" fullWidth>
            Sign in
          </Button>
        </Stack>
      </EntryFrame>
    );
  }
  return <SetupForm />;
}

function SetupForm() {
  const token = location.hash.slice(1);
  const router = useRouter();
  const queries = useQueryClient();
  const draft = useDraft('setup', { name: '', email: '' });
  const [password, setPassword] = useState('');
  const create = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/session/setup', { body: { token, ...draft.value, password } })),
    onSuccess: async () => {
      draft.keepNothing();
      await queries.resetQueries({ queryKey: sessionKey });
      await router.navigate({ to: '/' });
    },
  });
  const errors = useFieldErrors(create.error);
  const shown = { name: errors.at('/name'), email: errors.at('/email'), password: errors.at('/password') };
  if (token === '') {
    return (
      <EntryFrame title="Set up Oncemail">
        <Text fz="sm">
          The link is not complete: it ends with # and a token. The server prints it when it starts and there is no user
          yet; a new start prints a new one. It works once and for a day.
        </Text>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame title="Welcome to Oncemail" description="You are the first here: this account administers the others.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Your name"
            autoComplete="name"
            autoFocus
            required
            withAsterisk={false}
            maxLength={200}
            value={draft.value.name}
            onChange={(e) => draft.set({ name: e.currentTarget.value })}
            error={shown.name}
          />
          <TextInput
            label="Email"
            description="You sign in with it."
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={draft.value.email}
            onChange={(e) => draft.set({ email: e.currentTarget.value })}
            error={shown.email}
          />
          <NewPasswordInput
            label="Password"
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            error={shown.password}
          />
          <FormProblem errors={errors} />
          <Button type="submit" fullWidth loading={create.isPending}>
            Create the account
          </Button>
          <Text fz="xs" c="dimmed" ta="center">
            <Anchor href="/api/docs" fz="xs">
              API documentation
            </Anchor>
          </Text>
        </Stack>
      </form>
    </EntryFrame>
  );
}
