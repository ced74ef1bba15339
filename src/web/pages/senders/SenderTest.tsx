import { Alert, Button, Group, List, Text, TextInput, ThemeIcon } from '@mantine/core';
import { IconCheck, IconMinus, IconQuestionMark, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { Section } from '../../components/Section.js';
import { ErrorState } from '../../components/states.js';
import { useCurrentUser } from '../../session.js';

type Step = Schema<'SenderTest'>['steps'][number];

/** Each step of a connection, with what to look at when it fails. */
const steps: Record<Step['step'], { label: string; advice: string }> = {
  connect: {
    label: 'Connect',
    advice:
      'Is the host’s name right, and the port? Does a firewall let this server out on it? Many hosting providers block port 25.',
  },
  greeting: {
    label: 'Greeting',
    advice:
      'Something answers there, but not as a mail server does. A server that wants TLS from the first byte stays silent: choose TLS and port 465.',
  },
  tls: {
    label: 'Encryption',
    advice: 'Does the certificate name this host, and is it valid? Does the server offer STARTTLS on this port?',
  },
  auth: {
    label: 'Log-in',
    advice: 'Username and password: some providers want an app password, or the whole address as the username.',
  },
  message: {
    label: 'Message',
    advice:
      'The server refuses the sender or the recipient. May this account send as the from address? Is the address you test with right?',
  },
};

const looks: Record<Step['state'], { icon: typeof IconCheck; colour: string; word: string }> = {
  ok: { icon: IconCheck, colour: 'teal', word: 'went well' },
  failed: { icon: IconX, colour: 'red', word: 'failed' },
  'not-reached': { icon: IconMinus, colour: 'gray', word: 'not reached' },
  unknown: { icon: IconQuestionMark, colour: 'orange', word: 'not known' },
};

/** Sends a mail through a sender and shows how far it got, step by step. */
export function SenderTest({ id }: { id: string }) {
  const user = useCurrentUser().user;
  const [to, setTo] = useState(user?.email ?? '');
  const test = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/senders/{id}/test', { params: { path: { id } }, body: { to } })),
  });
  const failed = test.data?.steps.find((s) => s.state === 'failed');
  return (
    <Section title="Test" description="A real mail, through the connection that runs use.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate();
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            label="To"
            type="email"
            required
            withAsterisk={false}
            style={{ flex: 1, minWidth: 180 }}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Button type="submit" loading={test.isPending}>
            Send a test mail
          </Button>
        </Group>
      </form>
      <div aria-live="polite">
        {test.isError && (
          <div style={{ marginTop: 12 }}>
            <ErrorState error={test.error} />
          </div>
        )}
        {test.data && (
          <>
            <List listStyleType="none" spacing={8} mt="md" center={false} aria-label="Steps of the test">
              {test.data.steps.map((step) => (
                <StepLine key={step.step} step={step} />
              ))}
            </List>
            {failed ? (
              <Alert color="red" variant="light" mt="md" title={`It stopped at: ${steps[failed.step].label}`}>
                <Text fz="sm" c="var(--mantine-color-text)">
                  {steps[failed.step].advice}
                </Text>
              </Alert>
            ) : (
              test.data.ok && (
                <Alert color="teal" variant="light" mt="md" title="The server has taken the mail">
                  <Text fz="sm" c="var(--mantine-color-text)">
                    Look whether it arrived at {to}, and not among spam.
                  </Text>
                </Alert>
              )
            )}
          </>
        )}
      </div>
    </Section>
  );
}

function StepLine({ step }: { step: Step }) {
  const { icon: Icon, colour, word } = looks[step.state];
  return (
    <List.Item
      icon={
        <ThemeIcon size={22} radius="xl" color={colour} variant="light">
          <Icon size={14} aria-hidden />
        </ThemeIcon>
      }
      data-step={step.step}
      data-state={step.state}
    >
      <Text span fz="sm" fw={500}>
        {steps[step.step].label}
      </Text>{' '}
      <Text span fz="sm" c="dimmed">
        {word}
      </Text>
      {step.detail && (
        <Text component="div" fz="xs" ff="monospace" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {step.detail}
        </Text>
      )}
    </List.Item>
  );
}
