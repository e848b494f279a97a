import { expect, it } from 'vitest';
import { LeasePool } from './lease-pool.js';
import { Purse } from './purse.js';
import { UseRate } from './use-rate.js';

const window = { index: 5, lengthMs: 10_000 };
const lease = { bytes: 1_000, items: 100, validMs: 1_000, window };
const refusal = { message: 'm', limit: 'l', measured: 'x', retryAfterMs: 2_000, availableBytes: 50 };

function purseWith(granted: Partial<typeof lease> = {}): Purse {
  const purse = new Purse(new UseRate(0));
  purse.question(1, 0, 0);
  purse.grant({ ...lease, ...granted }, 0);
  return purse;
}

it('lets in what it holds, for as long as the lease lasts', () => {
  const purse = purseWith();
  expect([purse.spend(600, 1), purse.spend(400, 999)]).toEqual(['spent', 'spent']);
  expect(purse.spend(1, 999)).toBe('ask');
  expect(purseWith().spend(1, 1_000)).toBe('ask');
});

it('lets nothing in on overdrawn items before the gatekeeper has counted them', () => {
  const purse = purseWith();
  expect(purse.spend(10, 1)).toBe('spent');
  purse.settle(250);
  expect(purse.spend(10, 2)).toBe('ask');
  expect(purse.question(10, 0, 3).returned).toMatchObject({ window, items: -150 });
});

it('gives back what is left when the time is over, and gets it back when that did not arrive', () => {
  const purse = purseWith();
  purse.spend(300, 1);
  expect(purse.takeExpired(500)).toBeUndefined();
  const returned = purse.takeExpired(1_000);
  expect(returned).toEqual({ seals: [], window, bytes: 700, items: 100 });
  expect(purse.takeExpired(1_000)).toBeUndefined();
  purse.restore(returned);
  expect(purse.takeAll()).toEqual(returned);
});

it('shows with what it gives back the seals of the answers that it came with, each once', () => {
  const purse = purseWith();
  for (const seal of [1, 2]) purse.keepSeal(Uint8Array.of(seal));
  const returned = purse.takeAll();
  expect(returned?.seals).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  purse.restore(returned);
  expect(purse.takeAll()?.seals).toHaveLength(2);
  purse.settle(5);
  expect(purse.takeAll()).toMatchObject({ items: -5, seals: [Uint8Array.of(2)] });
});

it('refuses by itself what was just refused, and nothing that would have fitted', () => {
  const purse = purseWith({ bytes: 0 });
  purse.refuse(refusal, 100, 10);
  expect(purse.spend(100, 20)).toEqual({ refusal, waitMs: 1_990 });
  expect(purse.spend(50, 20)).toBe('ask');
  expect(purse.spend(100, 60)).toBe('ask');
});

it('takes a request that is larger than the whole limit as no sign about smaller ones', () => {
  const purse = purseWith({ bytes: 0 });
  purse.refuse({ ...refusal, retryAfterMs: 0, availableBytes: 0 }, 5_000, 10);
  expect(purse.spend(5_000, 11)).toMatchObject({ waitMs: 0 });
  expect(purse.spend(100, 11)).toBe('ask');
});

it('asks for what lately came in a second, ahead of need', () => {
  const purse = purseWith({ bytes: 10_000, items: 1_000 });
  for (let request = 0; request < 10; request++) {
    purse.spend(100, request * 50);
    purse.settle(1);
  }
  expect(purse.wantsAhead(500)).toBe(false);
  expect(purse.wantsAhead(800)).toBe(true);
  const { needBytes, returned } = purse.question(0, 0, 800);
  expect({ needBytes, excess: (returned?.bytes ?? 0) > 5_000 }).toEqual({ needBytes: 0, excess: true });
});

it('returns leases of all owners whose time is over, with the refusals of each project', () => {
  const pool = new LeasePool();
  const owner = { tenantId: 22, signal: 'logs' } as const;
  pool.purse(owner, 0).grant(lease, 0);
  pool.countRefused(owner, 7n, 1);
  pool.countRefused(owner, 7n, 2);
  expect(pool.takeReturns(500)).toEqual([]);
  expect(pool.takeReturns(1_000)).toEqual([
    {
      ...owner,
      returned: { seals: [], window, bytes: 1_000, items: 100 },
      seal: undefined,
      refused: new Map([[7n, 2]]),
    },
  ]);
  expect(pool.takeReturns(1_250)).toEqual([]);
});
