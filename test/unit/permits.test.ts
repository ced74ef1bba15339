import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Permits } from '../../src/activities/permits.js';

const forever = () => new AbortController().signal;

describe('permits', () => {
  it('never give out more than there are, serve waiters in their order, and let one claim at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 30 }),
        async (total, wishes) => {
          const permits = new Permits(total);
          let held = 0;
          let claiming = false;
          const order: number[] = [];
          await Promise.all(
            wishes.map(async (wanted, i) => {
              const granted = await permits.acquire(wanted, forever());
              order.push(i);
              expect(claiming).toBe(false);
              claiming = true;
              expect(granted).toBeGreaterThanOrEqual(1);
              expect(granted).toBeLessThanOrEqual(wanted);
              held += granted;
              expect(held).toBeLessThanOrEqual(total);
              await Promise.resolve();
              claiming = false;
              permits.claimed();
              await Promise.resolve();
              held -= granted;
              permits.release(granted);
            }),
          );
          expect(order).toEqual([...order].sort((a, b) => a - b));
          expect(permits.free).toBe(total);
        },
      ),
    );
  });

  it('let a waiter give up without losing what others hold', async () => {
    const permits = new Permits(1);
    expect(await permits.acquire(1, forever())).toBe(1);
    const controller = new AbortController();
    const waiting = permits.acquire(1, controller.signal);
    controller.abort();
    expect(await waiting).toBe(0);
    permits.claimed();
    permits.release(1);
    expect(await permits.acquire(5, forever())).toBe(1);
  });

  it('gather while one claims: the next gets what has come back meanwhile', async () => {
    const permits = new Permits(6);
    expect(await permits.acquire(6, forever())).toBe(6);
    const next = permits.acquire(6, forever());
    for (let i = 0; i < 4; i++) permits.release(1);
    permits.claimed();
    expect(await next).toBe(4);
  });
});
