import {
  Chip,
  Group,
  Input,
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import { weekdays, type Weekday } from '../../../domain/schedule/weekday.js';
import { DurationInput } from '../../components/DurationInput.js';
import { ZoneSelect } from '../../components/ZoneSelect.js';
import type { AutomationForm, ScheduleType } from './automationForm.js';

const types: { value: ScheduleType; label: string }[] = [
  { value: 'once', label: 'Once' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'interval', label: 'Interval' },
  { value: 'cron', label: 'Cron' },
];

const meaning: Record<ScheduleType, string> = {
  once: 'One occurrence.',
  daily: 'Every day at the same local time, whatever the clocks do.',
  weekly: 'On some days of the week, at the same local time.',
  monthly: 'On a day of the calendar month.',
  interval: 'Again and again in real time, whatever the clocks of a zone do.',
  cron: 'Five fields: minute, hour, day of month, month, day of week. L is the last day of the month.',
};

interface ScheduleFieldsProps {
  form: AutomationForm;
  set: (change: Partial<AutomationForm>) => void;
  /** The message for a field of the schedule, by its name. */
  error: (field: string) => string | undefined;
}

/** The schedule builder: the type, and its fields. */
export function ScheduleFields({ form, set, error }: ScheduleFieldsProps) {
  const [bounded, setBounded] = useState(form.startAt !== '' || form.endAt !== '' || form.jitterSeconds > 0);
  const time = (
    <TextInput
      label="At"
      type="time"
      required
      withAsterisk={false}
      w={140}
      value={form.time}
      onChange={(e) => set({ time: e.currentTarget.value })}
      error={error('time')}
    />
  );
  const zone = (
    <ZoneSelect
      label="Time zone"
      required
      withAsterisk={false}
      w={{ base: '100%', xs: 260 }}
      value={form.timeZone}
      onChange={(v) => {
        if (v !== null) set({ timeZone: v });
      }}
      error={error('timeZone')}
    />
  );
  return (
    <Stack gap="md">
      <div>
        <SegmentedControl
          fullWidth
          aria-label="Type of schedule"
          value={form.type}
          onChange={(value) => set({ type: value as ScheduleType })}
          data={types}
          visibleFrom="xs"
        />
        <Select
          hiddenFrom="xs"
          label="Type of schedule"
          value={form.type}
          onChange={(value) => set({ type: value as ScheduleType })}
          data={types}
        />
        <Text fz="xs" c="dimmed" mt={6}>
          {meaning[form.type]}
        </Text>
      </div>

      {form.type === 'once' && (
        <Group align="flex-start">
          <TextInput
            label="On"
            type="datetime-local"
            required
            withAsterisk={false}
            value={form.at}
            onChange={(e) => set({ at: e.currentTarget.value })}
            error={error('at')}
          />
          {zone}
        </Group>
      )}
      {form.type === 'daily' && (
        <Group align="flex-start">
          {time}
          {zone}
        </Group>
      )}
      {form.type === 'weekly' && (
        <>
          <Input.Wrapper label="On" error={error('daysOfWeek')} labelElement="div">
            <Chip.Group
              multiple
              value={form.daysOfWeek}
              onChange={(days) => set({ daysOfWeek: weekdays.filter((d) => days.includes(d)) as Weekday[] })}
            >
              <Group gap={6} mt={4} role="group" aria-label="Days of the week">
                {weekdays.map((day) => (
                  <Chip key={day} value={day} size="sm" variant="outline">
                    {day.charAt(0).toUpperCase() + day.slice(1, 3)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
          <Group align="flex-start">
            {time}
            {zone}
          </Group>
        </>
      )}
      {form.type === 'monthly' && (
        <Group align="flex-start">
          <Select
            label="On the"
            w={170}
            searchable
            value={form.dayOfMonth}
            onChange={(v) => {
              if (v !== null) set({ dayOfMonth: v });
            }}
            data={[
              { value: 'last', label: 'last day' },
              ...Array.from({ length: 31 }, (_, i) => ({ value: String(i + 1), label: `${ordinal(i + 1)} day` })),
            ]}
            error={error('dayOfMonth')}
          />
          {time}
          {zone}
        </Group>
      )}
      {form.type === 'interval' && (
        <Group align="flex-start">
          <DurationInput
            label="Every"
            least={60}
            value={form.everyMinutes * 60}
            onChange={(seconds) => set({ everyMinutes: Math.round(seconds / 60) })}
            error={error('everyMinutes')}
          />
          {zone}
        </Group>
      )}
      {form.type === 'cron' && (
        <Group align="flex-start">
          <TextInput
            label="Expression"
            required
            withAsterisk={false}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            w={{ base: '100%', xs: 240 }}
            value={form.cron}
            onChange={(e) => set({ cron: e.currentTarget.value })}
            error={error('cron')}
          />
          {zone}
        </Group>
      )}

      {bounded ? (
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
          <TextInput
            label="Not before"
            description="Local time of the zone. Empty: from now on."
            type="datetime-local"
            value={form.startAt}
            onChange={(e) => set({ startAt: e.currentTarget.value })}
            error={error('startAt')}
          />
          <TextInput
            label="Not after"
            description="Local time of the zone. Empty: without end."
            type="datetime-local"
            value={form.endAt}
            onChange={(e) => set({ endAt: e.currentTarget.value })}
            error={error('endAt')}
          />
          <NumberInput
            label="Spread"
            description="Starts up to so many seconds late, at random."
            min={0}
            max={86_400}
            allowDecimal={false}
            value={form.jitterSeconds}
            onChange={(n) => set({ jitterSeconds: typeof n === 'number' ? n : 0 })}
            error={error('jitterSeconds')}
          />
        </SimpleGrid>
      ) : (
        <div>
          <button type="button" onClick={() => setBounded(true)} style={linkButton}>
            Add a beginning, an end or a spread
          </button>
        </div>
      )}
    </Stack>
  );
}

const linkButton = {
  padding: 0,
  border: 0,
  background: 'none',
  font: 'inherit',
  color: 'var(--mantine-color-anchor)',
  cursor: 'pointer',
} as const;

function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}
