import type { RestClient } from './restClient.js';

/** Milliseconds of every request, by `METHOD route`. */
export type OperationTimes = Record<string, number[]>;

/** What the clients were last told of an automation. */
export interface KnownAutomation {
  /** A DELETE of it was answered 204, or that it is gone. */
  deleted: boolean;
}

interface Slot {
  generation: number;
  id: string | undefined;
}

/**
 * Clients that all work on the same few automations: a slot holds one, whoever finds it empty makes the next, under an `Idempotency-Key` that all of them
 * share, so of many that do it at once there must be one. Runs are asked for under shared keys too.
 */
export class Clients {
  readonly times: OperationTimes = {};
  readonly statuses: Record<string, number> = {};
  /** Answers that should not have been. */
  readonly refused: string[] = [];
  readonly automations = new Map<string, KnownAutomation>();
  /** The run that was answered for each automation and key. */
  readonly runs = new Map<string, { automationId: string; key: string; id: string }>();
  private readonly slots: Slot[];
  private random: () => number;

  constructor(
    private readonly client: RestClient,
    automations: number,
    seed: number,
    private readonly campaignId: string,
  ) {
    this.slots = Array.from({ length: automations }, () => ({ generation: 0, id: undefined }));
    this.random = mulberry32(seed);
  }

  /** Resolves when the time is over and the last request is answered. */
  async work(clients: number, ms: number): Promise<void> {
    const end = Date.now() + ms;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (Date.now() < end) await this.step();
      }),
    );
  }

  private async step(): Promise<void> {
    const slotNo = Math.floor(this.random() * this.slots.length);
    const slot = this.slots[slotNo] as Slot;
    if (slot.id === undefined) return this.create(slotNo, slot);
    const { id } = slot;
    const dice = this.random() * 100;
    if (dice < 30) await this.ask('GET', 'automations/:id', id);
    else if (dice < 45) await this.ask('GET', 'automations?limit=50', id);
    else if (dice < 50) await this.ask('GET', 'automations/:id/occurrences', id);
    else if (dice < 70) await this.ask('PATCH', 'automations/:id', id, { body: this.change() });
    else if (dice < 80) await this.ask('POST', 'automations/:id/pause', id);
    else if (dice < 90) await this.ask('POST', 'automations/:id/resume', id);
    else if (dice < 97) await this.run(id);
    else {
      const { status } = await this.ask('DELETE', 'automations/:id', id);
      if (status !== 204 && status !== 404) return;
      this.automations.set(id, { deleted: true });
      if (slot.id === id) Object.assign(slot, { generation: slot.generation + 1, id: undefined });
    }
  }

  private async create(slotNo: number, slot: Slot): Promise<void> {
    const { generation } = slot;
    const { status, body } = await this.ask('POST', 'automations', '', {
      body: {
        name: `Slot ${slotNo}, generation ${generation}`,
        campaignId: this.campaignId,
        // Rare enough never to run by itself meanwhile.
        schedule: { type: 'interval', everyMinutes: 100_000 + generation },
      },
      headers: { 'Idempotency-Key': `slot-${slotNo}-${generation}` },
    });
    if (status !== 201) return;
    const { id } = body as { id: string };
    if (!this.automations.has(id)) this.automations.set(id, { deleted: false });
    if (slot.generation !== generation) return;
    if (slot.id !== undefined && slot.id !== id)
      this.refused.push(`one key made two automations, ${slot.id} and ${id}`);
    slot.id = id;
  }

  private async run(automationId: string): Promise<void> {
    const key = `run-${Math.floor(this.random() * 5)}`;
    const { status, body } = await this.ask('POST', 'automations/:id/runs', automationId, {
      headers: { 'Idempotency-Key': key },
    });
    if (status !== 202) return;
    const { id } = body as { id: string };
    const known = this.runs.get(`${automationId}/${key}`);
    if (known && known.id !== id)
      this.refused.push(`the key ${key} of automation ${automationId} made two runs, ${known.id} and ${id}`);
    this.runs.set(`${automationId}/${key}`, { automationId, key, id });
  }

  private change(): object {
    const everyMinutes = 100_000 + Math.floor(this.random() * 100_000);
    return { name: `Every ${everyMinutes} minutes`, schedule: { type: 'interval', everyMinutes } };
  }

  /** Asks, and asks the same again as long as the server says 503: what came of the request before is not known then. */
  private async ask(
    method: string,
    route: string,
    id: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: unknown }> {
    for (;;) {
      const started = performance.now();
      const { status, body } = await this.client
        .request(method, route.replace(':id', id), options)
        .catch((error: Error) => ({ status: 0, body: error.message }));
      (this.times[`${method} /${route}`] ??= []).push(performance.now() - started);
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      if (status === 503) continue;
      if (status === 0 || status >= 500)
        this.refused.push(`${method} ${route} -> ${status} ${JSON.stringify(body).slice(0, 300)}`);
      return { status, body };
    }
  }
}

/** A campaign to two people, whose mails go to a port of this machine. */
export async function campaignToTwo(client: RestClient, smtpPort: number): Promise<string> {
  const make = async (path: string, body: object) => (await client.ok<{ id: string }>('POST', path, { body })).id;
  const listId = await make('lists', { name: 'Two people' });
  for (const name of ['ada', 'bob']) await make('contacts', { email: `${name}@example.com`, listIds: [listId] });
  const smtp = { host: '127.0.0.1', port: smtpPort, security: 'none' };
  const senderId = await make('senders', { name: 'Sender', fromEmail: 'news@sender.example', smtp });
  const content = { subject: 'News', html: '<p>News</p>' };
  return make('campaigns', { name: 'News', listIds: [listId], senderIds: [senderId], content });
}

/** Random numbers in [0, 1) that follow from a seed (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
