import { Anchor, Button, Skeleton, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconClockHour4, IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { CopyButton } from '../../components/CopyButton.js';
import { Instant } from '../../components/Instant.js';
import { Section } from '../../components/Section.js';
import { ErrorState } from '../../components/states.js';
import { formatCount } from '../../time.js';
import classes from './Proof.module.css';
import { isLive, kindWithTime, stateWords, type RunDetail } from './run.js';

type ProofView = Schema<'RunProof'>;

/** Each look reads every delivery of the run: while it goes on, one in fifteen seconds. */
const refreshMs = 15_000;

/** What shows that a run happened once and mailed each address once: four links of a chain, each counted and said in a sentence. */
export function Proof({ run }: { run: RunDetail }) {
  const { data, error, refetch, isRefetching } = useQuery({
    queryKey: ['run', run.id, 'proof'],
    queryFn: () => dataOf(api.GET('/api/v1/runs/{id}/proof', { params: { path: { id: run.id } } })),
    refetchInterval: isLive(run) ? refreshMs : false,
  });
  return (
    <Section
      title="Proof"
      description={
        data ? (
          <>
            Counted from the ledger’s rows, <Instant at={data.countedAt} relative inline />
          </>
        ) : (
          'Counted from the ledger’s rows'
        )
      }
      actions={
        <Button size="xs" variant="default" loading={isRefetching} onClick={() => void refetch()}>
          Count again
        </Button>
      }
    >
      {error && !data ? (
        <ErrorState error={error} retry={() => refetch()} retrying={isRefetching} />
      ) : data ? (
        <Chain run={run} proof={data} />
      ) : (
        <div className={classes.chain} role="status" aria-busy="true" aria-label="Counting">
          {Array.from({ length: 4 }, (_, i) => (
            <Skeleton key={i} height={250} radius="md" />
          ))}
        </div>
      )}
    </Section>
  );
}

function Chain({ run, proof }: { run: RunDetail; proof: ProofView }) {
  const { occurrence, execution, ledger, answers } = proof;
  const once = occurrence.runs === 1;
  const dropped = ledger.deliveries === 0 && ledger.planned > 0;
  const complete = ledger.deliveries === ledger.planned;
  const distinct = ledger.addresses === ledger.deliveries;
  const sent = sum(answers, 'sent');
  const open = sum(answers, 'pending') + sum(answers, 'sending');
  const uncertain = sum(answers, 'uncertain');
  return (
    <>
      <ol className={classes.chain}>
        <Link title="Occurrence" mark={once ? 'good' : 'bad'}>
          <Text fz="sm">
            {kindWithTime(run)} <Instant at={run.scheduledFor} inline />
          </Text>
          <Value label="occurrence key" text={occurrence.key} />
          <Text fz="sm" c="dimmed">
            {once
              ? 'The ledger holds one run with this key, and takes no second one.'
              : `The ledger holds ${formatCount(occurrence.runs)} runs with this key.`}
            {execution.duplicates > 0 &&
              ` ${formatCount(execution.duplicates)} further ${execution.duplicates === 1 ? 'execution' : 'executions'} asked for it and ended without mailing anybody.`}
          </Text>
        </Link>
        <Link title="Workflow" mark={execution.firstExecutionRunId ? 'good' : 'wait'}>
          <Value label="workflow ID" text={execution.workflowId} />
          {execution.firstExecutionRunId && <Value label="run ID" text={execution.firstExecutionRunId} />}
          <Text fz="sm" c="dimmed">
            {execution.firstExecutionRunId
              ? 'The one execution that owns the run; a claim of any other finds nothing.'
              : 'No execution owns the run yet: the next one that asks has it.'}{' '}
            {execution.temporalUrl && (
              <Anchor href={execution.temporalUrl} target="_blank" rel="noreferrer" fz="sm">
                Temporal Web UI <IconExternalLink size={12} aria-hidden style={{ verticalAlign: -1 }} />
              </Anchor>
            )}
          </Text>
        </Link>
        <Link title="Ledger" mark={dropped ? 'wait' : complete && distinct ? 'good' : 'bad'}>
          <Text fz="sm" className="tabular">
            <b>{formatCount(ledger.deliveries)}</b> deliveries for <b>{formatCount(ledger.planned)}</b> recipients
            <br />
            <b>{formatCount(ledger.addresses)}</b> distinct addresses
          </Text>
          <Text fz="sm" c="dimmed">
            {dropped
              ? 'The deliveries are no longer kept; their sums are.'
              : !complete
                ? 'Not every recipient has a delivery: tell whoever runs this server.'
                : !distinct
                  ? 'An address occurs more than once: tell whoever runs this server.'
                  : ledger.planned === 0
                    ? 'The run has no recipients so far.'
                    : 'Nobody is left out, and no address is in it twice.'}
          </Text>
        </Link>
        <Link title="Answers" mark={uncertain > 0 ? 'bad' : open > 0 || answers.length === 0 ? 'wait' : 'good'}>
          {answers.length > 0 && (
            <ul className={classes.answers}>
              {answers.slice(0, 6).map((a) => (
                <li key={`${a.state} ${String(a.smtpCode)}`} title={a.example ?? undefined}>
                  <span>
                    {stateWords[a.state].label}
                    {a.smtpCode !== null && <span className="tabular"> · {a.smtpCode}</span>}
                  </span>
                  <b className="tabular">{formatCount(a.count)}</b>
                </li>
              ))}
            </ul>
          )}
          <Text fz="sm" c="dimmed">
            {answersSentence({ sent, open, uncertain, answers: answers.length })}
          </Text>
        </Link>
      </ol>
      {run.duplicates.length > 0 && <Duplicates run={run} />}
    </>
  );
}

function answersSentence(n: { sent: number; open: number; uncertain: number; answers: number }): string {
  if (n.answers === 0) return 'No server has been asked yet.';
  if (n.uncertain > 0) {
    return `${formatCount(n.uncertain)} without an answer: they are neither counted as sent nor sent again until somebody decides.`;
  }
  if (n.open > 0) return `${formatCount(n.open)} have no final answer yet.`;
  return `Every delivery has its end. ${formatCount(n.sent)} were accepted by a server, each once.`;
}

function sum(answers: ProofView['answers'], state: string): number {
  return answers.filter((a) => a.state === state).reduce((total, a) => total + a.count, 0);
}

const marks = {
  good: { icon: IconCheck, colour: 'var(--app-good)', label: 'holds' },
  wait: { icon: IconClockHour4, colour: 'var(--mantine-color-dimmed)', label: 'not complete yet' },
  bad: { icon: IconAlertTriangle, colour: 'var(--app-warn)', label: 'needs a look' },
} as const;

function Link({ title, mark, children }: { title: string; mark: keyof typeof marks; children: ReactNode }) {
  const { icon: Shown, colour, label } = marks[mark];
  return (
    <li className={classes.link}>
      <div className={classes.head}>
        {title}
        <Shown className={classes.mark} size={17} stroke={2.2} color={colour} role="img" aria-label={label} />
      </div>
      {children}
    </li>
  );
}

/** An ID, which a click copies. */
function Value({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <Text fz="xs" c="dimmed">
        {label}
      </Text>
      <span className={classes.value}>{text}</span> <CopyButton text={text} what={`the ${label}`} look="icon" />
    </div>
  );
}

function Duplicates({ run }: { run: RunDetail }) {
  return (
    <details style={{ marginTop: 12 }}>
      <summary style={{ cursor: 'pointer', fontSize: 13.5 }}>
        Executions that were refused this occurrence ({formatCount(run.duplicates.length)}
        {run.duplicates.length === 100 ? ', the latest' : ''})
      </summary>
      <ul style={{ margin: '8px 0 0', paddingLeft: 20, fontSize: 13 }}>
        {run.duplicates.map((d) => (
          <li key={d.firstExecutionRunId} style={{ overflowWrap: 'anywhere' }}>
            <Instant at={d.at} inline /> · <span className={classes.value}>{d.firstExecutionRunId}</span>
            {d.temporalUrl && (
              <>
                {' '}
                ·{' '}
                <Anchor href={d.temporalUrl} target="_blank" rel="noreferrer" fz="xs">
                  Temporal Web UI
                </Anchor>
              </>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
