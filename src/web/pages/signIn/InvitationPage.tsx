import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { EntryFrame } from './EntryFrame.js';
import { NewPasswordInput } from './NewPasswordInput.js';

/** Somebody who was invited sets their password: `/app/invitation#<token>`. */
export default function InvitationPage() {
  const token = location.hash.slice(1);
  const [password, setPassword] = useState('');
  const accept = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/session/invitation', { body: { token, password } })),
  });
  const errors = useFieldErrors(accept.error);
  const passwordError = errors.at('/password');
  if (accept.data) {
    return (
      <EntryFrame title={`Welcome, ${accept.data.name}`}>
        <Stack>
          <Text fz="sm">
            Your password is set. Sign in with it as <b>{accept.data.email}</b>.
          </Text>
          <Button component={Link} to="/sign-in" fullWidth>
            Sign in
          </Button>
        </Stack>
      </EntryFrame>
    );
  }
  if (token === '') {
    return (
      <EntryFrame title="Accept your invitation">
        <Text fz="sm">
          The link is not complete: it ends with # and a token. Copy the whole of it into the address bar.
        </Text>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame title="Accept your invitation" description="Set the password that you will sign in with.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          accept.mutate();
        }}
      >
        <Stack>
          <NewPasswordInput
            label="Password"
            autoFocus
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            error={passwordError}
          />
          <FormProblem errors={errors} />
          <Button type="submit" fullWidth loading={accept.isPending}>
            Set the password
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
}
