/**
 * A client of its own process that reads what the web app reads, and now and then changes something, at a fixed pace, whether or not the last answers have
 * come: an answer that takes long does not hide that the ones behind it would have waited too. Its figures come over IPC when it is told to stop.
 */
export interface ReadsResult {
  type: 'result';
  /** Milliseconds of every request, by route. */
  times: Record<string, number[]>;
  /** Answers that were not 200 or 201. */
  failed: number;
}

const { url, headers, runId, listId, campaignId, automationId, perSecond } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  headers: Record<string, string>;
  runId: string;
  listId: string;
  campaignId: string;
  automationId: string;
  perSecond: number;
};
type Request = [path: string, body?: (n: number) => object];
const reads: Readonly<Record<string, Request>> = {
  'GET /automations': ['automations'],
  'GET /runs': ['runs'],
  'GET /runs/:id': [`runs/${runId}`],
  'GET /runs/:id/deliveries?limit=50': [`runs/${runId}/deliveries?limit=50`],
  'GET /overview': ['overview?timeZone=UTC'],
};
const writes: Readonly<Record<string, Request>> = {
  'POST /contacts': ['contacts', (n) => ({ email: `meanwhile-${n}@example.com` })],
  'PATCH /lists/:id': [`lists/${listId}`, (n) => ({ description: `Change ${n}` })],
  'PATCH /campaigns/:id': [`campaigns/${campaignId}`, (n) => ({ name: `Change ${n}` })],
  'PATCH /automations/:id': [`automations/${automationId}`, (n) => ({ name: `Change ${n}` })],
};
const routes = { ...reads, ...writes };
// After five reads a write.
const order = Object.keys(writes).flatMap((write) => [...Object.keys(reads), write]);
const names = Object.keys(routes);
const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
let failed = 0;
let next = 0;
const open = new Set<Promise<void>>();

const timer = setInterval(() => {
  const name = order[next++ % order.length] as string;
  const asking = ask(name, next).finally(() => open.delete(asking));
  open.add(asking);
}, 1000 / perSecond);

async function ask(name: string, n: number): Promise<void> {
  const started = performance.now();
  try {
    const [path, body] = routes[name] as Request;
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: name.split(' ')[0] as string,
      headers: { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body(n)) } : {}),
    });
    await response.arrayBuffer();
    if (response.status !== 200 && response.status !== 201) failed++;
  } catch {
    failed++;
  }
  times[name]?.push(performance.now() - started);
}

process.on('message', (message: { type: string }) => {
  if (message.type !== 'stop') return;
  clearInterval(timer);
  void Promise.all(open).then(() => process.send?.({ type: 'result', times, failed } satisfies ReadsResult));
});
process.on('disconnect', () => process.exit(0));
