import { create } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { RoomClaimSchema, type TakeRoomRequest } from '../../../gen/es/gob/gatekeeper/v1/room_pb.js';
import { TenantLimitsSchema } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { Counter } from '../../../lib/telemetry/metrics.js';
import { LeaseSeals } from '../rate-limit/lease-seals.js';
import { takeRoom } from '../rpc/take-room.js';
import { Rooms } from './rooms.js';

const limits = create(TenantLimitsSchema, {
  ...{ maxMetricSeries: 900n, maxAttributeKeys: 80n, maxAttributeValuesPerKey: 40n },
});
const counted = (need: number, more: object = {}) =>
  create(RoomClaimSchema, { day: 20_000, isCounted: true, need: BigInt(need), ...more });
const ofHolder = (holder: string) => ({ tenantId: 22, signal: Signal.METRICS, limits, holder });

let isAway = false;
const memory = new MemoryKv();
const shared = {
  takeRoom: async (request: Parameters<MemoryKv['takeRoom']>[0]) => {
    if (isAway) throw new AppError('unavailable', 'The store is away.');
    return memory.takeRoom(request);
  },
};
const claims = new Counter({ name: 'c', help: 'c', labelNames: ['outcome'] as const, registers: [] });
const rooms = new Rooms({ shared, replicas: 3, claims });
afterEach(() => {
  isAway = false;
});

describe('room under caps', () => {
  it('is one for all series of a tenant, and one for each attribute', async () => {
    const attribute = { projectId: 7n, source: 'attr', key: '' };
    const granted = async (claim: object) =>
      (await rooms.take(ofHolder('one'), counted(9_999, claim))).granted;
    expect([await granted({}), await granted({ attribute })]).toEqual([900, 80]);
    expect(await granted({ attribute: { ...attribute, key: 'user' } })).toBe(40);
    expect(await granted({ attribute: { ...attribute, key: 'pod' } })).toBe(40);
    expect(await granted({ day: 20_001 })).toBe(900);
  });

  it('is given out in shares while the shared books are away, of what is left as far as that is known', async () => {
    isAway = true;
    const take = async (holder: string, claim: object) =>
      (await rooms.take(ofHolder(holder), counted(9_999, { day: 20_002, ...claim }))).granted;
    expect([await take('one', {}), await take('two', {})]).toEqual([300, 0]);
    expect(await take('three', { day: 20_003, stored: 600n })).toBe(100);
    isAway = false;
    // What was let in meanwhile is on the shared books with the next question.
    expect(await take('one', { held: 300n, need: 0n })).toBe(0);
    expect(await take('two', {})).toBe(600);
  });

  it('is given to who shows a seal of the tenant and signal, and to nobody else', async () => {
    const leaseSeals = new LeaseSeals({ keys: { sealSecret: Buffer.alloc(32, 7) }, kv: memory });
    const directory = { findTenant: () => ({ limits }) };
    const call = takeRoom({ directory, leaseSeals, rooms } as unknown as Parameters<typeof takeRoom>[0]);
    const seal = leaseSeals.seal({ tenantId: 22, signal: 'metrics' }, { bytes: 1, items: 1 });
    const request = { ...ofHolder('seals'), seal, claims: [counted(5, { day: 20_004 })] };
    const ask = async (changes: object) =>
      call({ ...request, ...changes } as unknown as TakeRoomRequest, undefined as never);
    expect(await ask({})).toEqual({ grants: [{ granted: 5n, isCounted: true, others: 0n }] });
    for (const changes of [{ tenantId: 23 }, { signal: Signal.LOGS }, { seal: new Uint8Array() }])
      await expect(ask(changes)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(ask({ holder: '' })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(ask({ claims: Array.from({ length: 101 }, () => counted(1)) })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});
