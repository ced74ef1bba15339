import { Alert, Button, Code, Group, PasswordInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { renderSVG } from 'uqr';
import { api, dataOf } from '../../api.js';
import { CopyButton } from '../../components/CopyButton.js';
import { PageHeader } from '../../components/PageHeader.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { FormProblem } from '../../components/states.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { sessionKey, useCurrentUser } from '../../session.js';
import { NewPasswordInput } from '../signIn/NewPasswordInput.js';

/** What somebody sets for themselves: the password and the authenticator. */
export default function AccountPage() {
  const session = useCurrentUser();
  return (
    <>
      <PageHeader
        title="Your account"
        description={`${session.name}${session.user ? ` · ${session.user.email}` : ''} · ${session.role}`}
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Password />
        <Authenticator enabled={session.user?.secondFactor ?? false} />
      </SimpleGrid>
    </>
  );
}

function submitting(act: () => void) {
  return (event: FormEvent) => {
    event.preventDefault();
    act();
  };
}

function Password() {
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/session/password', { body: { currentPassword: current, newPassword: fresh } })),
    done: () => 'Your password is changed. Everywhere else you are signed out.',
    showsProblems: true,
    onDone: () => {
      setCurrent('');
      setFresh('');
    },
  });
  const errors = useFieldErrors(change.error);
  const shown = { current: errors.at('/currentPassword'), fresh: errors.at('/newPassword') };
  return (
    <Section title="Password" description="Changing it signs you out everywhere else.">
      <form onSubmit={submitting(() => change.mutate())}>
        <Stack gap="sm" align="stretch">
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={current}
            onChange={(e) => setCurrent(e.currentTarget.value)}
            error={shown.current}
          />
          <NewPasswordInput
            label="New password"
            value={fresh}
            onChange={(e) => setFresh(e.currentTarget.value)}
            error={shown.fresh}
          />
          <FormProblem errors={errors} />
          <Group>
            <Button type="submit" loading={change.isPending}>
              Change the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function Authenticator({ enabled }: { enabled: boolean }) {
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/session/totp', { body: { password } })),
    onSuccess: () => setPassword(''),
  });
  const confirm = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/session/totp/confirm', { body: { totp: code.trim() } })),
  });
  const disable = useMutationWithNotice({
    run: () => api.POST('/api/v1/session/totp/disable', { body: { password } }),
    done: () => 'The authenticator is given up: the password alone signs you in.',
    changes: [sessionKey],
    showsProblems: true,
    onDone: () => {
      setPassword('');
      begin.reset();
      confirm.reset();
    },
  });
  const errors = useFieldErrors(enabled ? disable.error : (confirm.error ?? begin.error));
  const shown = { password: errors.at('/password'), code: errors.at('/totp') };
  const description =
    'Signing in then needs a code of an app such as Aegis, 1Password or Google Authenticator besides the password.';

  if (confirm.data) {
    const codes = confirm.data.recoveryCodes;
    return (
      <Section
        title="Keep these recovery codes"
        description="Each replaces the authenticator once. They are shown this one time."
      >
        <Stack>
          <Code block aria-label="Recovery codes">
            {codes.join('\n')}
          </Code>
          <Group>
            <CopyButton text={codes.join('\n')} />
            <Button
              onClick={() => {
                confirm.reset();
                begin.reset();
                void queries.invalidateQueries({ queryKey: sessionKey });
              }}
            >
              I have kept them
            </Button>
          </Group>
        </Stack>
      </Section>
    );
  }
  const passwordField = (
    <PasswordInput
      label="Password"
      description="To confirm that it is you."
      autoComplete="current-password"
      required
      withAsterisk={false}
      value={password}
      onChange={(e) => setPassword(e.currentTarget.value)}
      error={shown.password}
    />
  );
  if (enabled) {
    return (
      <Section title="Authenticator" description={description} actions={<StateBadge state="active" />}>
        <form onSubmit={submitting(() => disable.mutate())}>
          <Stack gap="sm">
            {passwordField}
            <FormProblem errors={errors} />
            <Group>
              <Button type="submit" color="red.8" variant="filled" loading={disable.isPending}>
                Give up the authenticator
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
    );
  }
  if (begin.data) {
    return (
      <Section
        title="Authenticator"
        description="Scan this with the app, or type the secret into it; then confirm with a code."
      >
        <form onSubmit={submitting(() => confirm.mutate())}>
          <Stack>
            <img
              alt="QR code of the secret"
              width={180}
              height={180}
              style={{ borderRadius: 6, background: '#fff' }}
              src={`data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(begin.data.uri, { border: 2 }))}`}
            />
            <div>
              <Text fz="sm" fw={500}>
                Secret
              </Text>
              <Code style={{ overflowWrap: 'anywhere' }}>{begin.data.secret.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
            </div>
            <TextInput
              label="Code"
              description="The six digits that the app shows."
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={6}
              required
              withAsterisk={false}
              value={code}
              onChange={(e) => setCode(e.currentTarget.value)}
              error={shown.code}
            />
            <FormProblem errors={errors} />
            <Group>
              <Button type="submit" loading={confirm.isPending}>
                Confirm
              </Button>
              <Button variant="default" onClick={() => begin.reset()}>
                Cancel
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
    );
  }
  return (
    <Section title="Authenticator" description={description}>
      <Stack gap="sm">
        <Alert color="gray" variant="light" p="xs">
          <Text fz="sm" c="var(--mantine-color-text)">
            Not set up: the password alone signs you in.
          </Text>
        </Alert>
        <form onSubmit={submitting(() => begin.mutate())}>
          <Stack gap="sm">
            {passwordField}
            <FormProblem errors={errors} />
            <Group>
              <Button type="submit" loading={begin.isPending}>
                Set up an authenticator
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </Section>
  );
}
