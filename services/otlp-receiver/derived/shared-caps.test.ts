import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { type DeliveryOwner, DerivedRows } from './derived-rows.js';
import type { AskRoom } from './room.js';
import { SortedIds } from './sorted-ids.js';
import { type AskStored, seriesKey } from './stored-series.js';

const DAY = 20_000;
const owner = { database: 'd', tenantId: 22, projectId: 7n, signal: 'metrics' } satisfies DeliveryOwner;

const labelled = (SeriesId: bigint) => ({
  ...{ TenantId: 22, ProjectId: 7n, Day: DAY, MetricName: 'm', SeriesId, Type: 1, Temporality: 0 },
  ...{ IsMonotonic: false, Unit: '', Description: '', ServiceName: 'shop', LastSeen: 0 },
  ...{ ResourceAttrs: [], ScopeName: '', ScopeVersion: '', ScopeAttrs: [] },
  Attrs: [['user', `u${SeriesId}`]] as [string, string][],
});

/** Several receivers, a gatekeeper and a store. */
class Fleet {
  readonly stored = new Set<bigint>();
  readonly kv = new MemoryKv();
  readonly questions = { room: 0, stored: 0 };
  isStoreAway = false;
  isGatekeeperAway = false;
  readonly #cap: number;

  constructor(cap: number) {
    this.#cap = cap;
  }

  receiver(holder: string) {
    const askStored: AskStored = async () => {
      this.questions.stored++;
      const keys = [...this.stored].sort((a, b) => (a < b ? -1 : 1));
      return this.isStoreAway ? undefined : new SortedIds(BigUint64Array.from(keys));
    };
    const askRoom: AskRoom = async (_place, claim) => {
      this.questions.room++;
      if (this.isGatekeeperAway) return undefined;
      const common = { key: 'room', cap: this.#cap, staleMs: 60_000, ttlMs: 3_600_000 };
      return this.kv.takeRoom({ ...common, holder, ...claim });
    };
    const derived = new DerivedRows({ askStored, askRoom });
    const read = (ids: readonly bigint[], isFinal: boolean) => {
      const limits = { maxMetricSeries: this.#cap, maxAttributeKeys: 9, maxAttributeValuesPerKey: 9 };
      const delivery = derived.open({ ...owner, cardinality: limits, isFinal });
      return { delivery, wanted: ids.filter((id) => delivery.series(DAY, id, () => labelled(id), 2)) };
    };
    /** As the receiver does it; answers which series got labels, and what the sender was told. */
    return async (ids: readonly bigint[]) => {
      let { delivery, wanted } = read(ids, false);
      if (delivery.lacksRoom && !(await delivery.takeRoom())) ({ delivery, wanted } = read(ids, true));
      delivery.blocks();
      delivery.stored();
      return { wanted, limited: delivery.limited() };
    };
  }

  /** What was let in is in the store now. */
  store(ids: readonly bigint[]): void {
    for (const id of ids) this.stored.add(seriesKey(id, owner.projectId));
  }
}

const ids = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => BigInt(from + index));

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('a cap on series that receivers share', () => {
  it('holds when all of them meet as many new series in their first export of the day', async () => {
    const fleet = new Fleet(200);
    const receivers = ids(0, 12).map((index) => fleet.receiver(`r${index}`));
    const answers = await Promise.all(receivers.map((send, index) => send(ids(10_000 * (index + 1), 160))));
    const letIn = answers.flatMap(({ wanted }) => wanted);
    expect(letIn.length).toBeGreaterThan(180);
    expect(letIn.length).toBeLessThanOrEqual(200);
  });

  it('asks with the logarithm of what is new, and for what is known not at all', async () => {
    const fleet = new Fleet(100_000);
    const send = fleet.receiver('one');
    for (let batch = 0; batch < 40; batch++) await send(ids(batch * 20, 20));
    expect(fleet.questions.room).toBeLessThan(12);
    const { room } = fleet.questions;
    for (let batch = 0; batch < 40; batch++) await send(ids(batch * 20, 20));
    expect([fleet.questions.room, fleet.questions.stored]).toEqual([room, 0]);
  });

  it('counts the same series of several receivers once, as soon as it is stored', async () => {
    const fleet = new Fleet(100);
    const receivers = ids(0, 6).map((index) => fleet.receiver(`r${index}`));
    const first = await Promise.all(receivers.map((send) => send(ids(1, 60))));
    // Not all of them could be let in six times; nobody is told so, since there may be room in a moment.
    expect(first.some(({ wanted }) => wanted.length < 60)).toBe(true);
    expect(first.flatMap(({ limited }) => limited)).toEqual([]);
    fleet.store(ids(1, 60));
    for (let second = 0; second < 8; second++) {
      const again = receivers.map((send, index) => send([...ids(1, 60), BigInt(9_000 + index)]));
      expect((await Promise.all(again)).flatMap(({ limited }) => limited)).toEqual([]);
      fleet.store(ids(9_000, 6));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    // What others were granted ahead is free again when they have not used it.
    await vi.advanceTimersByTimeAsync(61_000);
    expect((await receivers[0]?.(ids(20_000, 30)))?.wanted).toHaveLength(30);
  });

  it('says so at once where nobody else holds anything, and after a while where others do', async () => {
    const fleet = new Fleet(100);
    const [one, two] = [fleet.receiver('one'), fleet.receiver('two')];
    expect((await one(ids(0, 150))).limited).toMatchObject([{ reason: 'series_cap', items: 100 }]);
    expect((await two(ids(500, 5))).limited).toEqual([]);
    await vi.advanceTimersByTimeAsync(11_000);
    expect((await two(ids(500, 5))).limited).toMatchObject([{ reason: 'series_cap', items: 10 }]);
  });

  it('goes on with an eighth of what is left while nobody can be asked, and is right again afterwards', async () => {
    const fleet = new Fleet(800);
    const [one, two] = [fleet.receiver('one'), fleet.receiver('two')];
    fleet.isGatekeeperAway = true;
    expect((await one(ids(0, 300))).wanted).toHaveLength(100);
    expect((await one(ids(300, 300))).limited).toEqual([]);
    fleet.isGatekeeperAway = false;
    fleet.store(ids(0, 100));
    await vi.advanceTimersByTimeAsync(3_000);
    await one([9_999n]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await two(ids(5_000, 900))).wanted.length).toBeLessThanOrEqual(700);
  });

  it('lets in no more than an eighth of the cap as long as what is stored cannot be counted', async () => {
    const fleet = new Fleet(800);
    fleet.isStoreAway = true;
    const answers = await Promise.all(
      ids(0, 5).map((index) => fleet.receiver(`r${index}`)(ids(1_000 * (1 + Number(index)), 200))),
    );
    expect(answers.flatMap(({ wanted }) => wanted).length).toBeLessThanOrEqual(100);
  });
});
