import { isOpen } from '../../../src/domain/run.js';
import type { Claimer, World } from './world.js';

/** What the claimers of before do once the world is healthy again. */
export const survivorFates = ['die', 'wake after the end', 'are slow until the end'] as const;
export type SurvivorFate = (typeof survivorFates)[number];

/** Rounds in which a run with one healthy claimer must end. */
const mostRounds = 60;

/**
 * Every run ends: from the state the world is in, one healthy worker, the reconciler, operators who resume what is held, and time bring
 * the run to its end. Then those who were only slow settle what they held, and the run must still be, or come again, to a true end.
 */
export async function drain(world: World, survivors: SurvivorFate): Promise<void> {
  world.say(`from here on all is well; the claimers of before ${survivors}`);
  const old = [...world.claimers];
  if (survivors === 'die') old.forEach((c) => world.crash(c));
  // What Temporal believes to be in flight belongs to an attempt that will not answer in time.
  if (survivors === 'wake after the end') old.filter((c) => c.lease).forEach((c) => world.freeze(c));
  await runToItsEnd(world, new Set(old));
  for (const claimer of old.filter((c) => world.isAlive(c))) {
    await finish(world, claimer);
    await world.leave(claimer);
    await world.check();
  }
  await runToItsEnd(world, new Set());
  judgeWhatIsLeft(world);
}

async function runToItsEnd(world: World, asleep: ReadonlySet<Claimer>): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    const { status, control } = world.view.run;
    if (status === 'completed' || (status === 'stopped' && control === 'stop')) return;
    if (!isOpen(status) || control === 'pause') await world.control('run');
    await world.check();
    await world.reconcile();
    for (const execution of world.executions.filter((e) => e.fate === 'alive')) {
      for (const [chunkNo, attempt] of execution.inFlight) {
        if (!world.isAlive(attempt) || asleep.has(attempt)) await world.beginAttempt(execution, chunkNo);
      }
      await world.stepExecution(execution);
      await world.check();
    }
    for (const claimer of world.claimers.filter((c) => !asleep.has(c))) {
      if (!claimer.outdated && claimer.lease) await world.claim(claimer, 10);
      await finish(world, claimer);
      await world.leave(claimer);
      await world.check();
    }
    await world.timePasses();
    await world.check();
  }
  world.record.violated(
    `the run does not end: ${JSON.stringify(world.view.run)} ${JSON.stringify(world.view.deliveries.map((d) => d.state))}`,
  );
}

async function finish(world: World, claimer: Claimer): Promise<void> {
  while (claimer.held.some((h) => h.outcome === null)) world.handOver(claimer, 'accepts');
  await world.settle([claimer]);
}

/** Nobody is left out: everyone got the mail, or the ledger says why not. */
function judgeWhatIsLeft(world: World): void {
  for (const row of world.view.deliveries) {
    if (row.state === 'pending' || row.state === 'sending') {
      world.record.violated(`the run has ended, and ${world.label(row.contact_id)} is ${row.state}`);
    }
    if (row.state === 'cancelled' && !world.everStopped) {
      world.record.violated(`${world.label(row.contact_id)} is cancelled, but nobody stopped the run`);
    }
  }
}
