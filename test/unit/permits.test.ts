import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Permits } from '../../src/activities/permits.js';

const never = new AbortController().signal;

describe('permits', () => {
  it('never give out more than there are, and serve waiters in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 30 }),
        async (total, wishes) => {
          const permits = new Permits(total);
          let held = 0;
          const order: number[] = [];
          await Promise.all(
            wishes.map(async (wanted, i) => {
              const granted = await permits.acquire(wanted, never);
              order.push(i);
              expect(granted).toBeGreaterThanOrEqual(1);
              expect(granted).toBeLessThanOrEqual(wanted);
              held += granted;
              expect(held).toBeLessThanOrEqual(total);
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
    expect(await permits.acquire(1, never)).toBe(1);
    const controller = new AbortController();
    const waiting = permits.acquire(1, controller.signal);
    controller.abort();
    expect(await waiting).toBe(0);
    permits.release(1);
    expect(await permits.acquire(5, never)).toBe(1);
  });
});
