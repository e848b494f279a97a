import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { LeaseReturnSchema } from '../../../gen/es/gob/gatekeeper/v1/lease_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { readReturn } from './lease-return.js';
import { LeaseSeals } from './lease-seals.js';

const owner = { tenantId: 22, signal: 'traces' } as const;
const lease = { bytes: 1_000, items: 10 };
const secret = new Uint8Array(32).fill(7);
const windowMs = 10_000;
const clock = { nowMs: 1_700_000_000_000 };
const open = (kv: Pick<MemoryKv, 'setIfAbsent'> = new MemoryKv(), key = secret) =>
  new LeaseSeals({ keys: { sealSecret: key }, kv, nowMs: () => clock.nowMs });
const given = (seals: readonly Uint8Array[], bytes: number, items: number) =>
  create(LeaseReturnSchema, {
    window: { index: 5n, lengthMs: windowMs },
    bytes: BigInt(bytes),
    items: BigInt(items),
    seals: [...seals],
  });

it('lets each lease be given back once, over all replicas, and never more than was leased', async () => {
  const kv = new MemoryKv();
  const [one, other] = [open(kv), open(kv)];
  const seals = [one.seal(owner, lease), one.seal(owner, lease)];
  const back = await readReturn(other, { owner, given: given([...seals, ...seals], 1_500, 1_000), windowMs });
  expect(back).toEqual({ returned: { index: 5, bytes: 1_500, items: 20 }, rest: { bytes: 500, items: 0 } });
  const again = await readReturn(one, { owner, given: given(seals, 500, 5), windowMs });
  expect(again.returned).toEqual({ index: 5, bytes: 0, items: 0 });
});

it('takes debts as they are, within reason, and windows of other limits not at all', async () => {
  const seals = open();
  const debt = await readReturn(seals, { owner, given: given([], -5, -(2 ** 50)), windowMs });
  expect(debt.returned).toEqual({ index: 5, bytes: -5, items: -(2 ** 40) });
  const other = given([seals.seal(owner, lease)], 5, 5);
  expect((await readReturn(seals, { owner, given: other, windowMs: 5_000 })).returned).toBeUndefined();
});

it.each<[string, (seal: Uint8Array) => Uint8Array]>([
  ['changed', (seal) => seal.map((byte, at) => (at === 20 ? byte ^ 1 : byte))],
  ['cut short', (seal) => seal.subarray(1)],
  ['empty', () => new Uint8Array()],
  ['of another tenant', () => open().seal({ ...owner, tenantId: 23 }, lease)],
  ['of another signal', () => open().seal({ ...owner, signal: 'logs' }, lease)],
  ['of another key', () => open(new MemoryKv(), new Uint8Array(32)).seal(owner, lease)],
])('knows no seal that is %s', async (_what, change) => {
  const seals = open();
  const seal = change(seals.seal(owner, lease));
  expect(seals.isKnown(owner, [seal])).toBe(false);
  expect(await seals.redeem(owner, [seal])).toEqual({ bytes: 0, items: 0 });
});

it('forgets seals soon, and counts each once by itself while the store is away', async () => {
  const away = { setIfAbsent: () => Promise.reject(new AppError('unavailable', 'away')) };
  const seals = open(away);
  const seal = seals.seal(owner, lease);
  expect(await seals.redeem(owner, [seal])).toEqual(lease);
  expect(await seals.redeem(owner, [seal])).toEqual({ bytes: 0, items: 0 });
  const late = seals.seal(owner, lease);
  clock.nowMs += 15_001;
  expect(seals.isKnown(owner, [late])).toBe(false);
});
