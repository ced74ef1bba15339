import { Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schema } from '../../api.js';
import { formatCount, formatDuration } from '../../time.js';
import { Callout } from '../content/Callout.js';
import { size } from '../content/MailPreview.js';

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text fz="xs" c="dimmed">
        {label}
      </Text>
      <Text component="div" fz="sm" fw={500} className="tabular">
        {children}
      </Text>
    </div>
  );
}

/** What a run would do now, as `POST /campaigns/:id/check` found out. */
export function CheckResult({ check }: { check: Schema<'CampaignCheck'> }) {
  const left = [
    check.suppressed > 0 && `${formatCount(check.suppressed)} suppressed`,
    check.alreadyReceived > 0 && `${formatCount(check.alreadyReceived)} received it`,
  ].filter(Boolean);
  return (
    <Stack gap="md" data-testid="check">
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md" verticalSpacing="xs">
        <Fact label="Recipients">
          {formatCount(check.recipients)}
          <Text span fz="xs" c="dimmed" fw={400}>
            {' '}
            of {formatCount(check.contacts)}
          </Text>
        </Fact>
        <Fact label="Left out">{left.length > 0 ? left.join(', ') : 'nobody'}</Fact>
        <Fact label="Size of a mail">{check.bytes === null ? '–' : size(check.bytes)}</Fact>
        <Fact label="Takes at the limits">
          {check.leastSeconds === null
            ? '–'
            : check.leastSeconds < 1
              ? 'under a second'
              : `at least ${formatDuration(check.leastSeconds * 1000)}`}
        </Fact>
      </SimpleGrid>
      {check.errors.length > 0 && <Callout tone="bad" title="It cannot be sent like this" items={check.errors} />}
      {check.warnings.length > 0 && <Callout tone="warn" title="Worth a look" items={check.warnings} />}
      {check.errors.length === 0 && check.warnings.length === 0 && (
        <Group gap={6}>
          <IconCircleCheck size={17} color="var(--app-good)" aria-hidden />
          <Text fz="sm">Nothing stands in the way.</Text>
        </Group>
      )}
    </Stack>
  );
}
