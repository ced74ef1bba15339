import { setTimeout as delay } from 'node:timers/promises';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';
import type { Scene } from '../harness/scene.js';

const connections = 10;
/** Longer than the heartbeat timeout of 30 s: Temporal has given the work to others. */
const frozenMs = 40_000;
/** So long others may take to send what they have claimed, on a machine that does other work too. */
const patienceMs = 60_000;

/**
 * A worker is stopped (SIGSTOP) for longer than its heartbeat timeout and wakes: it sends nothing that others have claimed. What it held is uncertain by
 * then; an operator has those sent again that the mail server's log does not know. Those mails are others' now, so any that the woken worker sends
 * as well is a duplicate.
 */
export const freeze: Scenario = (settings) =>
  play(
    'freeze',
    {
      recipients: Math.min(settings.recipients, 20_000),
      workers: Math.max(2, settings.workers),
      connections,
      mail: { seed: settings.seed, latencyMs: [20, 60] },
      progress: settings.progress,
    },
    600_000,
    async (scene, runId) => {
      await scene.untilAccepted(scene.recipients / 4, runId);
      const worker = scene.stage.workers[0]!;
      worker.child.signal('SIGSTOP');
      const frozenAt = Date.now();
      await delay(frozenMs);
      const resent = await resendUnknown(scene, runId);
      const again = await sentAgain(scene, resent);
      worker.child.signal('SIGCONT');
      const frozenFor = Math.round((Date.now() - frozenAt) / 1000);
      await delay(3_000);
      return {
        faults: `SIGSTOP of a worker for ${frozenFor} s`,
        // What it held is settled truly by itself when it wakes; replies that came too late stay uncertain.
        allowedUncertain: connections * claimsPerConnection,
        note: `${resent.length} that it held were sent again by others, ${again.length} of them before it woke`,
        ...(again.length === 0
          ? { breaches: ['nothing that it held was sent again before it woke: nothing is proved'] }
          : {}),
      };
    },
  );

/** Waits until others have sent some of these; answers which. */
async function sentAgain(scene: Scene, resent: string[]): Promise<string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    await delay(1_000);
    const { recipients } = await scene.record();
    const again = resent.filter((email) => recipients[email]);
    if (again.length > 0 || Date.now() > deadline) return again;
  }
}

/** Has those uncertain deliveries sent again that the mail server has not accepted; answers their addresses. */
async function resendUnknown(scene: Scene, runId: string): Promise<string[]> {
  const { client } = scene.stage;
  const uncertain = await client.ok<{ items: { contactId: string; email: string }[] }>(
    'GET',
    `runs/${runId}/deliveries?state=uncertain&limit=200`,
  );
  const { recipients } = await scene.record();
  const unknown = uncertain.items.filter(({ email }) => !recipients[email]);
  if (unknown.length > 0) {
    await client.ok('POST', `runs/${runId}/uncertain`, {
      body: { action: 'resend', contactIds: unknown.map((d) => d.contactId) },
    });
  }
  return unknown.map((d) => d.email);
}
