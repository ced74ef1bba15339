import { Anchor } from '@mantine/core';
import { SecretOnce } from '../../components/SecretOnce.js';

/** Shows the secret of a webhook, once. */
export function WebhookSecret({ secret, onClose }: { secret: string | null; onClose: () => void }) {
  return (
    <SecretOnce secret={secret} title="The secret of this webhook" kept="stored encrypted" onClose={onClose}>
      With it the receiver checks that an event is from here, as{' '}
      <Anchor href="https://www.standardwebhooks.com" target="_blank" rel="noreferrer" inherit>
        Standard Webhooks
      </Anchor>{' '}
      says.
    </SecretOnce>
  );
}
