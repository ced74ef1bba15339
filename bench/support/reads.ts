/**
 * A client of its own process that reads what the web app reads, at a fixed pace, whether or not the last answers have come: an answer that
 * takes long does not hide that the ones behind it would have waited too. Its figures come over IPC when it is told to stop.
 */
export interface ReadsResult {
  type: 'result';
  /** Milliseconds of every read, by route. */
  times: Record<string, number[]>;
  /** Answers that were not 200. */
  failed: number;
}

const { url, headers, runId, perSecond } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  headers: Record<string, string>;
  runId: string;
  perSecond: number;
};
const routes: Readonly<Record<string, string>> = {
  'GET /automations': 'automations',
  'GET /runs': 'runs',
  'GET /runs/:id': `runs/${runId}`,
  'GET /runs/:id/deliveries?limit=50': `runs/${runId}/deliveries?limit=50`,
  'GET /overview': 'overview?timeZone=UTC',
};
const names = Object.keys(routes);
const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
let failed = 0;
let next = 0;
const open = new Set<Promise<void>>();

const timer = setInterval(() => {
  const name = names[next++ % names.length] as string;
  const reading = read(name).finally(() => open.delete(reading));
  open.add(reading);
}, 1000 / perSecond);

async function read(name: string): Promise<void> {
  const started = performance.now();
  try {
    const response = await fetch(`${url}/api/v1/${routes[name] as string}`, { headers });
    await response.arrayBuffer();
    if (response.status !== 200) failed++;
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
