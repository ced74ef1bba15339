import { Button, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, dataOf } from '../../api.js';
import { useMay } from '../../session.js';
import classes from './OverviewPage.module.css';

const one = { params: { query: { limit: 1 } } };

/** What a new installation needs before its first mail: three steps, each ticked when it is done. */
export function FirstSteps() {
  const may = useMay('operator');
  const { data } = useQuery({
    queryKey: ['overview', 'first steps'],
    queryFn: async () => {
      const [senders, lists, campaigns] = await Promise.all([
        dataOf(api.GET('/api/v1/senders', one)),
        dataOf(api.GET('/api/v1/lists', one)),
        dataOf(api.GET('/api/v1/campaigns', one)),
      ]);
      return [senders, lists, campaigns].map(({ items }) => items.length > 0);
    },
  });
  const steps = [
    {
      title: 'Add a sender',
      text: 'The SMTP account that mails go out by, with its limits. It is tested step by step before the first mail.',
      to: '/senders',
      action: 'Senders',
    },
    {
      title: 'Import a list',
      text: 'A CSV file, or one address a line. What cannot be an address is told, row by row.',
      to: '/lists',
      action: 'Lists',
    },
    {
      title: 'Write, and say when',
      text: 'A campaign holds the mail and whom it is for; an automation says when it runs. Each occurrence runs once.',
      to: '/campaigns',
      action: 'Campaigns',
    },
  ];
  const next = data?.findIndex((done) => !done) ?? 0;
  return (
    <section aria-labelledby="first-steps">
      <Text component="h2" id="first-steps" fw={600} fz={15} mb="xs">
        {may ? 'Three steps to the first mail' : 'Nothing has been set up yet'}
      </Text>
      <ol className={classes.steps}>
        {steps.map((step, i) => {
          const done = data?.[i] === true;
          return (
            <li key={step.title} className={classes.step}>
              <span className={classes.number} data-done={done ? '' : undefined} aria-hidden>
                {done ? <IconCheck size={17} /> : i + 1}
              </span>
              <Text fw={600}>
                {step.title}
                {done && <span className="visually-hidden"> (done)</span>}
              </Text>
              <Text fz="sm" c="dimmed" style={{ flex: 1 }}>
                {step.text}
              </Text>
              <div>
                <Button component={Link} to={step.to} variant={may && i === next ? 'filled' : 'default'} size="sm">
                  {step.action}
                </Button>
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
