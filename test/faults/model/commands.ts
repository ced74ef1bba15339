import fc from 'fast-check';
import { isOpen, type RunControl } from '../../../src/domain/run.js';
import type { Settlement } from '../../../src/ledger/deliveries/settleSql.js';
import { type Claimer, type Execution, type ServerBehaviour, serverBehaviours, type World } from './world.js';

/** Attempts and executions alive at once at most; more of them add nothing that three cannot do. */
const mostClaimers = 4;
const mostExecutions = 4;

/** One thing that happens to a run. `ready` is null when it cannot happen now; what it answers is bound before anything is awaited. */
export interface Happening {
  toString(): string;
  /** Whose turn it is: what the same process does twice cannot happen at once. */
  ready(world: World): { actor: object; act: () => Promise<void> } | null;
}

/** Makes a command of fast-check of what happens: every rule is applied after it. */
class Command implements fc.AsyncCommand<World, null> {
  constructor(private readonly happening: Happening) {}

  check = (world: Readonly<World>): boolean => this.happening.ready(world as World) !== null;

  run = async (world: World): Promise<void> => {
    await this.happening.ready(world)!.act();
    await world.check();
  };

  toString = (): string => this.happening.toString();
}

function pickOf<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % Math.max(all.length, 1)];
}

function byClaimer(
  name: string,
  pick: number,
  able: (c: Claimer) => boolean,
  act: (world: World, c: Claimer) => void | Promise<void>,
): Happening {
  return {
    toString: () => `${name}(${pick})`,
    ready(world) {
      const claimer = pickOf(world.claimers.filter(able), pick);
      return claimer ? { actor: claimer, act: async () => act(world, claimer) } : null;
    },
  };
}

function byExecution(
  name: string,
  pick: number,
  able: (e: Execution, world: World) => boolean,
  act: (world: World, e: Execution) => void | Promise<void>,
): Happening {
  return {
    toString: () => `${name}(${pick})`,
    ready(world) {
      const execution = pickOf(
        world.executions.filter((e) => able(e, world)),
        pick,
      );
      return execution ? { actor: execution, act: async () => act(world, execution) } : null;
    },
  };
}

function byWorld(name: string, able: (world: World) => boolean, act: (world: World) => Promise<unknown>): Happening {
  return {
    toString: () => name,
    ready: (world) => (able(world) ? { actor: {}, act: async () => void (await act(world)) } : null),
  };
}

const alive = (e: Execution) => e.fate === 'alive';
const pick = fc.nat(7);

const claim = fc.tuple(pick, fc.integer({ min: 1, max: 3 })).map(([p, limit]) =>
  byClaimer(
    `claim up to ${limit}`,
    p,
    (c) => !c.outdated && c.held.length < 3,
    (world, c) => world.claim(c, limit),
  ),
);
const handOver = fc
  .tuple(pick, fc.constantFrom<ServerBehaviour>('accepts', ...serverBehaviours))
  .map(([p, behaviour]) =>
    byClaimer(
      `hand over, server ${behaviour}`,
      p,
      (c) => c.held.some((h) => h.outcome === null),
      (world, c) => world.handOver(c, behaviour),
    ),
  );
const settle = fc.tuple(pick, fc.constantFrom(1, 3)).map(([p, n]) =>
  byClaimer(
    `settle ${n}`,
    p,
    (c) => c.held.some((h) => h.outcome !== null),
    (world, c) => world.settle([c], n),
  ),
);
const settleTogether = fc.constant(
  byWorld(
    'claimers of one process settle',
    (world) => world.claimers.filter((c) => c.held.some((h) => h.outcome !== null)).length > 1,
    (world) => world.settle(world.claimers.filter((c) => c.held.some((h) => h.outcome !== null))),
  ),
);
const exchange = fc.tuple(pick, fc.integer({ min: 1, max: 3 })).map(([p, limit]) =>
  byClaimer(
    `settle and claim up to ${limit}`,
    p,
    (c) => !c.outdated && c.held.some((h) => h.outcome !== null),
    (world, c) => world.claim(c, limit, true),
  ),
);
const leave = pick.map((p) =>
  byClaimer(
    'leave',
    p,
    (c) => c.held.length === 0,
    (world, c) => world.leave(c),
  ),
);
const crash = pick.map((p) =>
  byClaimer(
    'crash',
    p,
    () => true,
    (world, c) => world.crash(c),
  ),
);
const freeze = pick.map((p) =>
  byClaimer(
    'freeze',
    p,
    (c) => c.lease,
    (world, c) => world.freeze(c),
  ),
);
/** A chunk in flight is begun anew: its attempt died, froze, or could not reach Temporal. */
const retry = fc.tuple(pick, pick).map(([p, q]) =>
  byExecution(
    `retry chunk ${q}`,
    p,
    (e, world) => e.fate !== 'lost' && e.inFlight.size > 0 && world.claimers.length < mostClaimers,
    async (world, e) => void (await world.beginAttempt(e, pickOf([...e.inFlight.keys()], q)!)),
  ),
);
const workflowStep = pick.map((p) =>
  byExecution(
    'workflow step',
    p,
    (e, world) => alive(e) && (e.queue.length === 0 || world.claimers.length < mostClaimers),
    (world, e) => world.stepExecution(e),
  ),
);
const takeOver = fc.constant(
  byExecution(
    'take over',
    0,
    (e, world) => e === world.owner && isOpen(world.view.run.status) && world.executions.length < mostExecutions,
    (world, e) => world.takeOver(e.name),
  ),
);
const end = fc.tuple(pick, fc.constantFrom('lost' as const, 'terminated' as const)).map(([p, fate]) =>
  byExecution(`execution ${fate}`, p, alive, (world, e) => {
    world.say(`${e.name} is ${fate}`);
    e.fate = fate;
  }),
);
const reconcile = fc.constant(
  byWorld(
    'reconcile',
    (world) => world.owner?.fate !== 'alive' && isOpen(world.view.run.status),
    (world) => world.reconcile(),
  ),
);
const intrude = fc.constant(
  byWorld(
    'another execution asks',
    (world) => world.owner !== undefined,
    async (world) => {
      if ((await world.openBy('an intruder')) === 'opened') world.record.violated('a run was opened by two executions');
    },
  ),
);
const control = fc.constantFrom<RunControl>('run', 'run', 'pause', 'stop').map((c) =>
  byWorld(
    `operator: ${c}`,
    (world) => (c === 'run' ? world.view.run.control !== 'run' : isOpen(world.view.run.status)),
    (world) => world.control(c),
  ),
);
const resolve = fc
  .tuple(
    fc.constantFrom('resend' as const, 'resend' as const, 'assume-sent' as const, 'assume-failed' as const),
    fc.option(pick),
  )
  .map(([how, which]) =>
    byWorld(
      `operator: ${how} ${which === null ? 'all' : `number ${which}`}`,
      (world) => world.view.deliveries.some((d) => d.state === 'uncertain'),
      (world) => world.resolve(how, which),
    ),
  );
const suppress = pick.map((p) =>
  byWorld(
    `suppress ${p}`,
    (world) => world.suppressed.size < 1,
    (world) => world.suppress(p),
  ),
);
const timePasses = fc.constant(
  byWorld(
    'time passes',
    () => true,
    (world) => world.timePasses(),
  ),
);
const settleWithoutRight = fc
  .tuple(pick, fc.constantFrom<Settlement['state']>('sent', 'pending', 'failed', 'uncertain'), fc.boolean())
  .map(([p, state, invented]) =>
    byWorld(
      `settle ${p} as ${state} without right`,
      () => true,
      (world) => world.settleWithoutRight(p, state, invented),
    ),
  );

/** Two or three things at the same moment, on connections of their own: PostgreSQL decides their order. */
const atOnce = fc
  .array(fc.oneof(claim, claim, settle, exchange, retry, resolve, suppress, control, workflowStep, workflowStep), {
    minLength: 2,
    maxLength: 3,
  })
  .map((happenings): Happening => ({
    toString: () => `at once (${happenings.map(String).join('; ')})`,
    ready(world) {
      const bound = happenings.map((h) => h.ready(world)).filter((b) => b !== null);
      const distinct = bound.filter((b, i) => bound.findIndex((other) => other.actor === b.actor) === i);
      if (distinct.length < 2) return null;
      return {
        actor: {},
        act: async () => {
          // All have ended before a failure of one is reported: nothing of this run works on while the next begins.
          const results = await Promise.allSettled(distinct.map((b) => b.act()));
          for (const result of results) if (result.status === 'rejected') throw result.reason;
        },
      };
    },
  }));

/** An attempt is begun anew while the old one lives, and both claim at the same moment. */
const race = fc.tuple(pick, fc.integer({ min: 1, max: 3 })).map(([p, limit]) =>
  byClaimer(
    `retry and race for ${limit}`,
    p,
    (c) => !c.outdated && c.held.length < 3 && c.execution.fate !== 'lost' && c.execution.inFlight.get(c.chunkNo) === c,
    async (world, c) => {
      if (world.claimers.length >= mostClaimers) return;
      const next = await world.beginAttempt(c.execution, c.chunkNo);
      await Promise.all([world.claim(c, limit), next.outdated ? undefined : world.claim(next, limit)]);
    },
  ),
);

/**
 * Everything that can happen, in any order; the frequent things of a run stand more often. Without `forgery`, nobody settles what is not his: a
 * broken protocol is then found only by what it does to recipients.
 */
export function commands(options: { forgery: boolean }): fc.Arbitrary<Iterable<fc.AsyncCommand<World, null>>> {
  const often = [workflowStep, workflowStep, claim, claim, handOver, handOver, settle, exchange];
  const sometimes = [retry, retry, atOnce, race, leave, crash, freeze, timePasses, resolve, reconcile];
  const seldom = [
    settleTogether,
    takeOver,
    end,
    intrude,
    control,
    suppress,
    ...(options.forgery ? [settleWithoutRight] : []),
  ];
  const happening = fc.oneof(
    ...often.map((arbitrary) => ({ arbitrary, weight: 3 })),
    ...sometimes.map((arbitrary) => ({ arbitrary, weight: 3 })),
    ...seldom.map((arbitrary) => ({ arbitrary, weight: 1 })),
  );
  return fc.commands([happening.map((h) => new Command(h))], { maxCommands: 80, size: 'max' });
}
