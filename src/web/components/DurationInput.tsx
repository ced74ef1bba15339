import { Group, Input, NumberInput, Select } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';

const units = [
  { label: 'seconds', seconds: 1 },
  { label: 'minutes', seconds: 60 },
  { label: 'hours', seconds: 3600 },
  { label: 'days', seconds: 86_400 },
];

interface DurationInputProps {
  label: string;
  description?: ReactNode;
  error?: ReactNode;
  /** In seconds. */
  value: number;
  onChange: (seconds: number) => void;
  /** The smallest unit that is offered, in seconds. Default 1. */
  least?: 1 | 60;
}

/** A length of time as a number and its unit; the value is in seconds. */
export function DurationInput({ label, description, error, value, onChange, least = 1 }: DurationInputProps) {
  const id = useId();
  const offered = units.filter((u) => u.seconds >= least);
  const fitting =
    offered.findLast((u) => value > 0 && value % u.seconds === 0) ?? (offered[0] as (typeof units)[number]);
  const [chosen, setChosen] = useState(fitting.seconds);
  // A value that comes from outside and does not fit the unit changes it.
  const unit = value % chosen === 0 ? chosen : fitting.seconds;
  return (
    <Input.Wrapper
      id={id}
      label={label}
      description={description}
      error={error}
      labelElement="div"
      role="group"
      aria-label={label}
    >
      <Group gap={6} wrap="nowrap" mt={4}>
        <NumberInput
          aria-label={label}
          min={0}
          allowDecimal={false}
          w={100}
          value={value / unit}
          onChange={(n) => {
            if (typeof n === 'number') onChange(n * unit);
          }}
        />
        <Select
          aria-label={`${label}: unit`}
          w={120}
          value={String(unit)}
          data={offered.map((u) => ({ value: String(u.seconds), label: u.label }))}
          onChange={(next) => {
            if (next === null) return;
            setChosen(Number(next));
            onChange((value / unit) * Number(next));
          }}
        />
      </Group>
    </Input.Wrapper>
  );
}
