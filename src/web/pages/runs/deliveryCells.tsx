import { Text } from '@mantine/core';
import type { Schema } from '../../api.js';
import { Instant } from '../../components/Instant.js';

type Delivery = Schema<'Delivery'>;

/** What the server answered to a delivery, in a cell of a table. */
export function Answer({ delivery: { smtpCode, response } }: { delivery: Pick<Delivery, 'smtpCode' | 'response'> }) {
  if (!response && smtpCode === null) {
    return (
      <Text component="span" c="dimmed" inherit>
        None yet
      </Text>
    );
  }
  const text = response ?? '';
  const repeated = smtpCode !== null && text.startsWith(String(smtpCode));
  return (
    <Text component="span" fz={13} lineClamp={2} style={{ overflowWrap: 'anywhere' }} title={text}>
      {smtpCode !== null && !repeated && <b className="tabular">{smtpCode} </b>}
      {text}
    </Text>
  );
}

/** When a delivery last changed, or when it is tried again. */
export function Changed({ delivery }: { delivery: Pick<Delivery, 'state' | 'dueAt' | 'changedAt'> }) {
  if (delivery.state === 'pending' && delivery.dueAt) {
    return (
      <>
        Again <Instant at={delivery.dueAt} relative />
      </>
    );
  }
  return <Instant at={delivery.changedAt} />;
}
