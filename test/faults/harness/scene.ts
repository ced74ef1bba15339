import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../../../src/embedded/childProcess.js';
import type { Progress, Step } from '../../../src/embedded/progress.js';
import { contactsCsv } from '../../../bench/support/mail.js';
import { until } from '../../support/restClient.js';
import { type Stage, startScript, startStage, temporaryDirectory } from '../../support/stage.js';
import type { MailAnswer, MailRecord, MailServerOptions } from './mailServer.js';

export interface SceneOptions {
  recipients: number;
  workers: number;
  /** Connections of the sender in each worker. */
  connections: number;
  perSecond?: number;
  mail: MailServerOptions;
  /** The data directory; by default a temporary one. */
  directory?: string;
  progress: Progress;
}

export interface RunAnswer {
  id: string;
  status: string;
  statusReason: string | null;
  workflowId: string;
  counts: Record<string, number> & { total: number };
}

/** The real parts with a campaign ready to run, and a mail server whose record cannot be touched by what is done to the parts. */
export interface Scene {
  readonly stage: Stage;
  readonly recipients: number;
  /** Starts the campaign's run. */
  run(): Promise<string>;
  /** How many messages the mail server has accepted. */
  accepted(): Promise<number>;
  /** Resolves when the mail server has accepted so many, or the run has ended. */
  untilAccepted(count: number, runId: string): Promise<boolean>;
  /** Asks the API, again and again while it is away. */
  read(runId: string): Promise<RunAnswer>;
  /** Resolves with the run when it has ended. */
  untilEnded(runId: string, timeoutMs: number): Promise<RunAnswer>;
  record(): MailRecord | Promise<MailRecord>;
  close(): Promise<void>;
}

export const finalStatuses = ['completed', 'stopped', 'failed'];

export async function openScene(options: SceneOptions): Promise<Scene> {
  const directory = options.directory ?? temporaryDirectory('oncemail-faults-');
  // A hundred thousand recipients take room: it is given back before the next scenario.
  const clear = () => {
    if (!options.directory) rmSync(directory, { recursive: true, force: true });
  };
  const mail = startScript('mail-server', 'test/faults/harness/mailServer.ts', options.mail, directory);
  let stage: Stage | undefined;
  try {
    const port = await mail.message(
      (m) => ((m as { type: string }).type === 'ready' ? (m as { port: number }).port : undefined),
      60_000,
    );
    stage = await startStage({ directory, workers: options.workers, progress: options.progress });
    const campaignId = await givenCampaign(stage, port, options);
    return new OpenScene(stage, mail, campaignId, options, clear);
  } catch (error) {
    await stage?.close();
    await mail.stop();
    throw error;
  }
}

async function givenCampaign(stage: Stage, port: number, options: SceneOptions): Promise<string> {
  const { client } = stage;
  const list = await client.ok<{ id: string }>('POST', 'lists', { body: { name: 'everybody' } });
  const { id } = await client.ok<{ id: string }>('POST', `lists/${list.id}/import`, {
    raw: [...contactsCsv(options.recipients)].join(''),
    headers: { 'content-type': 'text/csv' },
  });
  await until(
    () => client.ok<{ status: string }>('GET', `imports/${id}`),
    (i) => i.status === 'completed',
    300_000,
  );
  const sender = await client.ok<{ id: string }>('POST', 'senders', {
    body: {
      name: 'sender',
      fromEmail: 'news@example.com',
      smtp: { host: '127.0.0.1', port, security: 'none' },
      maxConnections: options.connections,
      ...(options.perSecond ? { limits: { perSecond: options.perSecond } } : {}),
    },
  });
  const campaign = await client.ok<{ id: string }>('POST', 'campaigns', {
    body: {
      name: 'faults',
      listIds: [list.id],
      senderIds: [sender.id],
      content: { subject: 'Hello {{ contact.name }}', html: '<p>Hello {{ contact.name }}</p>' },
    },
  });
  return campaign.id;
}

class OpenScene implements Scene {
  readonly recipients: number;
  private readonly questions = new Map<number, (answer: MailAnswer) => void>();
  private asked = 0;

  constructor(
    readonly stage: Stage,
    private readonly mail: Child,
    private readonly campaignId: string,
    options: SceneOptions,
    private readonly clear: () => void,
  ) {
    this.recipients = options.recipients;
    mail.onMessage((m) => {
      const answer = m as MailAnswer;
      this.questions.get(answer.id)?.(answer);
      this.questions.delete(answer.id);
    });
  }

  async run(): Promise<string> {
    const run = await this.stage.client.ok<RunAnswer>('POST', `campaigns/${this.campaignId}/runs`, {
      headers: { 'idempotency-key': 'the-run' },
    });
    return run.id;
  }

  async accepted(): Promise<number> {
    return (await this.ask({ type: 'count' })).accepted;
  }

  async untilAccepted(count: number, runId: string): Promise<boolean> {
    for (let look = 1; ; look++) {
      if ((await this.accepted()) >= count) return true;
      // The run may end with fewer, as some are refused.
      if (look % 10 === 0 && finalStatuses.includes((await this.read(runId)).status)) return false;
      await delay(100);
    }
  }

  async read(runId: string): Promise<RunAnswer> {
    const deadline = Date.now() + 300_000;
    for (;;) {
      try {
        const answer = await this.stage.client.request<RunAnswer>('GET', `runs/${runId}`);
        if (answer.status === 200) return answer.body;
        if (answer.status !== 503) throw new Error(`GET /runs/:id answered ${answer.status}`);
      } catch (error) {
        if (Date.now() > deadline || (error instanceof Error && error.message.startsWith('GET '))) throw error;
      }
      await delay(250);
    }
  }

  async untilEnded(runId: string, timeoutMs: number): Promise<RunAnswer> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const run = await this.read(runId);
      if (finalStatuses.includes(run.status)) return run;
      if (Date.now() > deadline) {
        throw new Error(
          `The run is still ${run.status} (${run.statusReason}) after ${timeoutMs / 1000} s: ${JSON.stringify(run.counts)}`,
        );
      }
      await delay(500);
    }
  }

  async record(): Promise<MailRecord> {
    const path = join(this.stage.directory, 'mail-record.json');
    await this.ask({ type: 'write', path });
    return JSON.parse(readFileSync(path, 'utf8')) as MailRecord;
  }

  async close(): Promise<void> {
    await this.stage.close();
    await this.mail.stop();
    this.clear();
  }

  /** Several may ask at once: an answer says which question it is about. */
  private ask(question: { type: 'count' } | { type: 'write'; path: string }): Promise<MailAnswer> {
    return new Promise((resolve) => {
      const id = ++this.asked;
      this.questions.set(id, resolve);
      this.mail.send({ ...question, id });
    });
  }
}

/** Shows on a step how far a run is, by the mail server's count, until the returned function is called. */
export function showProgress(step: Step, scene: Scene): () => void {
  let over = false;
  void (async () => {
    while (!over) {
      const n = await scene.accepted();
      if (!over) step.fraction(n / scene.recipients, `${n} accepted`);
      await delay(1_000);
    }
  })();
  return () => (over = true);
}
