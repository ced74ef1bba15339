import { Button, Code, Group, List, Modal, Stack, TagsInput, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useState } from 'react';
import { parseAddress } from '../../../domain/address.js';
import { api, dataOf, type Schema } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useCurrentUser } from '../../session.js';
import { newKey } from '../../idempotency.js';

interface TestSendProps {
  campaign: { id: string; name: string };
  /** For whom the mail is rendered; null: the example. */
  contact: Schema<'Contact'> | null;
}

/** Sends the saved campaign to a few addresses as a test, and shows what the server said to each. */
export function TestSendDialog({
  opened,
  onClose,
  ...props
}: TestSendProps & { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Send a test" size="lg">
      <TestSendForm {...props} onClose={onClose} />
    </Modal>
  );
}

function TestSendForm({ campaign, contact, onClose }: TestSendProps & { onClose: () => void }) {
  const user = useCurrentUser();
  const draft = useDraft('test-send', { to: user.user ? [user.user.email] : [] });
  const [key, setKey] = useState(newKey);
  const test = useMutationWithNotice({
    run: (to: string[]) =>
      dataOf(
        api.POST('/api/v1/campaigns/{id}/test-send', {
          params: { path: { id: campaign.id }, header: { 'Idempotency-Key': key } },
          body: { to, ...(contact ? { contactId: contact.id } : {}) },
        }),
      ),
    done: ({ ok, results }) =>
      ok ? `${results.length === 1 ? 'The test was' : `${results.length} tests were`} accepted.` : null,
    showsProblems: true,
    // The next test is another one.
    onDone: () => setKey(newKey()),
  });
  const errors = useFieldErrors(test.error);
  const { to } = draft.value;
  const wrong = to.filter((address) => !parseAddress(address).ok);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        test.mutate(to);
      }}
    >
      <Stack>
        <TagsInput
          label="To"
          description="Up to 20 addresses"
          maxTags={20}
          value={to}
          onChange={(value) => draft.set({ to: value })}
          acceptValueOnBlur
          splitChars={[',', ';', ' ']}
          placeholder={to.length === 0 ? 'you@example.org' : ''}
          error={wrong.length > 0 ? `Not an email address: ${wrong.join(', ')}` : errors.at('/to')}
          data-autofocus
        />
        <Text fz="sm" c="dimmed">
          A real mail by the campaign’s first sender, as {contact ? <b>{contact.email}</b> : 'the example contact'}{' '}
          would get it, with [Test] before its subject. It counts nowhere.
        </Text>
        <FormProblem errors={errors} />
        <div role="status">
          {test.data && (
            <Stack gap="xs">
              <List fz="sm" spacing={6} listStyleType="none">
                {test.data.results.map((result) => (
                  <List.Item
                    key={result.to}
                    icon={
                      result.ok ? (
                        <IconCircleCheck size={17} color="var(--app-good)" aria-label="Accepted" />
                      ) : (
                        <IconCircleX size={17} color="var(--app-bad)" aria-label="Not accepted" />
                      )
                    }
                  >
                    {result.to}: <Code style={{ overflowWrap: 'anywhere' }}>{result.response}</Code>
                  </List.Item>
                ))}
              </List>
            </Stack>
          )}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={test.isPending} disabled={to.length === 0 || wrong.length > 0}>
            {test.data ? 'Send another test' : 'Send the test'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
