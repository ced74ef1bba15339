import { Button, Group, Modal, Select, Spoiler, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { parseMailbox } from '../../../domain/address.js';
import { api, dataOf } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { formatCount } from '../../time.js';
import { reasons, suppressionChanges, type Reason } from './suppression.js';

/** The most that the API takes at once. */
const batch = 1000;

/** Suppresses addresses that are typed or pasted. */
export function AddSuppressionsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Suppress addresses" size="lg">
      <AddForm onClose={onClose} />
    </Modal>
  );
}

/** The addresses in a text, one a line or with commas or semicolons between them, each once; and what is none. */
export function addressesIn(text: string): { addresses: string[]; others: string[] } {
  const addresses = new Map<string, string>();
  const others: string[] = [];
  for (const part of text.split(/[\n\r,;]+/).map((p) => p.trim())) {
    if (part === '') continue;
    const parsed = parseMailbox(part);
    if (!parsed.ok) others.push(part);
    else if (!addresses.has(parsed.address)) addresses.set(parsed.address, parsed.email);
  }
  return { addresses: [...addresses.values()], others };
}

function AddForm({ onClose }: { onClose: () => void }) {
  const draft = useDraft('suppressions:add', { text: '', reason: 'manual' as Reason, detail: '' });
  const { text, reason, detail } = draft.value;
  const { addresses, others } = useMemo(() => addressesIn(text), [text]);
  const add = useMutationWithNotice({
    run: async () => {
      const sum = { added: 0, strengthened: 0, kept: 0 };
      for (let at = 0; at < addresses.length; at += batch) {
        const emails = addresses.slice(at, at + batch);
        const answer = await dataOf(api.POST('/api/v1/suppressions/bulk', { body: { emails, reason, detail } }));
        sum.added += answer.added;
        sum.strengthened += answer.strengthened;
        sum.kept += answer.kept;
      }
      return sum;
    },
    done: ({ added, strengthened, kept }) =>
      [
        `${formatCount(added)} ${added === 1 ? 'address gets' : 'addresses get'} no more mail.`,
        strengthened > 0 && `${formatCount(strengthened)} had a weaker reason, which was replaced.`,
        kept > 0 && `${formatCount(kept)} were suppressed already.`,
      ]
        .filter(Boolean)
        .join(' '),
    changes: suppressionChanges,
    showsProblems: true,
    onDone: () => {
      draft.keepNothing();
      onClose();
    },
  });
  const errors = useFieldErrors(add.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (addresses.length > 0) add.mutate();
      }}
    >
      <Stack>
        <div>
          <Textarea
            label="Addresses"
            description="One a line, or with commas between them; names beside them do no harm"
            minRows={6}
            maxRows={14}
            data-autofocus
            spellCheck={false}
            value={text}
            onChange={(event) => draft.set({ text: event.currentTarget.value })}
            error={errors.at('/emails')}
            placeholder={'ada@example.org\nGrace <grace@example.org>'}
          />
          <div role="status">
            {text.trim() !== '' && (
              <Text fz="sm" mt={6}>
                {formatCount(addresses.length)} {addresses.length === 1 ? 'address' : 'addresses'}
                {others.length > 0 && (
                  <Text span inherit c="var(--app-warn)">
                    {' '}
                    · {formatCount(others.length)} {others.length === 1 ? 'is' : 'are'} not an address and will be left
                    out
                  </Text>
                )}
              </Text>
            )}
          </div>
          {others.length > 0 && (
            <Spoiler maxHeight={44} showLabel="Show all" hideLabel="Show fewer" mt={4}>
              <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {others.slice(0, 200).join(' · ')}
              </Text>
            </Spoiler>
          )}
        </div>
        <Select
          label="Reason"
          data={Object.entries(reasons).map(([value, r]) => ({ value, label: `${r.label}: ${r.description}` }))}
          value={reason}
          onChange={(value) => draft.set({ reason: value as Reason })}
          error={errors.at('/reason')}
        />
        <TextInput
          label="What is known"
          description="Where it comes from, for who asks later"
          maxLength={500}
          value={detail}
          onChange={(event) => draft.set({ detail: event.currentTarget.value })}
          error={errors.at('/detail')}
        />
        <FormProblem errors={errors} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending} disabled={addresses.length === 0}>
            {addresses.length > 1 ? `Suppress ${formatCount(addresses.length)} addresses` : 'Suppress'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
