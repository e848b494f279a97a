import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { migrate } from '../../../lib/store/migrate.js';
import type { Store } from '../../../lib/store/store.js';
import { KvLocks } from '../../../services/tenant-quota/locks/kv-locks.js';
import { AuditLog } from '../../../services/tenant-quota/registry/stored/audit-log.js';
import { CONTROL_DATABASE } from '../../../services/tenant-quota/registry/stored/registry-tables.js';
import { dayOf, dayOfPartition, partitionOfDay } from '../../../services/tenant-quota/retention/days.js';
import { RetentionExecutor } from '../../../services/tenant-quota/retention/execute.js';
import { CellMeter } from '../../../services/tenant-quota/retention/measure.js';
import { planRetention, type TenantPolicy } from '../../../services/tenant-quota/retention/plan.js';
import { type StoredDay, signalOfTable } from '../../../services/tenant-quota/retention/stored.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { Random } from '../../_util/random.js';
import { openStore } from '../store/harness.js';
import { countRows, WRITTEN_TABLES, writeRows } from './cell-rows.js';

const ROUNDS = 3;
const NOW_MS = Date.now();
const TODAY = dayOf(NOW_MS);
const CELL = { name: 'default', database: 'gob_cell_default', dedicatedTenantId: 0, version: 1 };

let clickhouse: EmbeddedClickHouse;
let store: Store;
const kv = new MemoryKv();

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  const logger = pino({ level: 'silent' });
  store = openStore(clickhouse.url);
  await migrate({ store, logger, schema: 'control', database: CONTROL_DATABASE });
  await migrate({ store, logger, schema: 'cell', database: CELL.database });
}, 300_000);
afterAll(async () => {
  await store.close();
  await kv.close();
  await clickhouse.close();
});

/** Whether rows of a day stay, found the long way round: day after day, tenant after tenant. */
function survivorsOf(
  stored: readonly StoredDay[],
  policy: TenantPolicy,
): (table: string, day: number) => boolean {
  const daysFor = (table: string) => {
    const { traces, metrics, logs } = policy.retentionDays;
    const signal = signalOfTable(table);
    return signal === 'all' ? Math.max(traces, metrics, logs) : policy.retentionDays[signal];
  };
  const isYoung = (table: string, day: number) =>
    (day + 1) * 86_400_000 > NOW_MS - daysFor(table) * 86_400_000;
  const bytesFrom = (first: number) =>
    stored
      .filter(({ table, day }) => isYoung(table, day) && day >= first)
      .reduce((sum, { tenants }) => sum + (tenants.get(policy.tenantId)?.bytes ?? 0), 0);
  let first = 0;
  for (let day = TODAY - 60; day < TODAY; day++) if (bytesFrom(first) > policy.storageBytes) first = day + 1;
  return (table, day) => day >= TODAY || (isYoung(table, day) && day >= first);
}

it('random tenants, days and quotas: exactly what policy says goes, and nothing of anybody else', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const seed = 7_000 + round;
    const random = new Random(seed);
    const int = (low: number, high: number) => low + random.below(high - low + 1);
    // The first round has a tenant alone in its cell. Later ones find what others left, of whom nobody knows anything.
    const tenants = Array.from({ length: round === 0 ? 1 : 3 }, (_, index) => 10 * round + index + 1);
    for (const tenantId of tenants)
      for (let write = 0; write < 6; write++)
        await writeRows(store, CELL.database, random.pick(WRITTEN_TABLES), {
          ...{ tenantId, day: TODAY - int(0, 7), rows: int(1, 400) },
        });
    const policies: TenantPolicy[] = tenants.map((tenantId) => ({
      tenantId,
      retentionDays: { traces: int(1, 8), metrics: int(1, 8), logs: int(1, 8) },
      storageBytes: int(1, 60_000),
      acceptFromDay: 0,
    }));

    const before = await countRows(store, CELL.database);
    const signal = new AbortController().signal;
    const meter = new CellMeter(store, CELL);
    const stored = await meter.measure(signal);
    const plan = planRetention(stored, policies, NOW_MS);
    const executor = new RetentionExecutor({ store, clusterOf: () => undefined, audit: new AuditLog(store) });
    await new KvLocks(kv).run('test', signal, async (lease) => {
      const context = { cell: CELL, lease, signal, isStillWanted: () => true, onDone: () => {} };
      await executor.execute(plan.steps, context);
      await executor.reclaim(await meter.measure(signal), NOW_MS, context);
    });

    const survives = new Map(policies.map((policy) => [policy.tenantId, survivorsOf(stored, policy)]));
    const expected = [...before].filter(([key]) => {
      const [table = '', tenantId = '', partition = ''] = key.split(' ');
      const day = dayOfPartition(partition);
      return day === undefined || (survives.get(Number(tenantId))?.(table, day) ?? true);
    });
    const after = await countRows(store, CELL.database);
    expect(Object.fromEntries(after), `seed ${seed}`).toEqual(Object.fromEntries(expected));
    expect(after.size, `seed ${seed}`).toBeLessThan(before.size);

    const again = planRetention(await meter.measure(signal), policies, NOW_MS);
    expect(
      again.steps.filter(({ tenants: due }) => due.length > 0),
      `seed ${seed}`,
    ).toEqual([]);
    for (const outcome of again.outcomes) {
      const ofToday = (await meter.measure(signal))
        .filter(({ day }) => partitionOfDay(day) >= partitionOfDay(TODAY))
        .reduce((sum, day) => sum + (day.tenants.get(outcome.tenantId)?.bytes ?? 0), 0);
      const quota = policies.find(({ tenantId }) => tenantId === outcome.tenantId)?.storageBytes ?? 0;
      expect(outcome.bytes <= quota || Math.abs(outcome.bytes - ofToday) < 1, `seed ${seed}`).toBe(true);
    }
  }
}, 300_000);

it('a leader that has lost its lock does nothing more, and leaves no word of it', async () => {
  const tenantId = 900;
  const days = [TODAY - 5, TODAY - 4, TODAY - 3];
  for (const day of days) await writeRows(store, CELL.database, 'logs', { tenantId, day, rows: 20 });
  const signal = new AbortController().signal;
  const stored = await new CellMeter(store, CELL).measure(signal);
  const retentionDays = { traces: 1, metrics: 1, logs: 1 };
  const policies = [{ tenantId, retentionDays, storageBytes: 10 ** 12, acceptFromDay: 0 }];
  const steps = planRetention(stored, policies, NOW_MS).steps.filter(({ table }) => table === 'logs');
  expect(steps.length).toBe(days.length);
  const audit = new AuditLog(store);
  const executor = new RetentionExecutor({ store, clusterOf: () => undefined, audit });
  const acquired = vi.spyOn(kv, 'acquireLock');
  const lease = await new KvLocks(kv).tryAcquire('fence');
  const [lockName = '', holder = ''] = acquired.mock.calls[0] ?? [];
  if (!lease) throw new Error('the lock is taken');
  const done: number[] = [];
  const onDone = ({ day }: { readonly day: number }) => {
    done.push(day);
    // What a store does that forgot the lock: the next one gets it.
    void kv.releaseLock(lockName, holder);
  };
  const context = { cell: CELL, lease, signal, isStillWanted: () => true, onDone };
  await expect(executor.execute(steps, context)).rejects.toMatchObject({ code: 'unavailable' });
  const next = await new KvLocks(kv).tryAcquire('fence');
  expect(next?.fence).toBeGreaterThan(lease.fence);
  await expect(executor.execute(steps, context)).rejects.toMatchObject({ code: 'unavailable' });
  const left = [...(await countRows(store, CELL.database)).keys()].filter((key) =>
    key.startsWith('logs 900 '),
  );
  expect(left.length).toBe(days.length - 1);
  expect(done).toHaveLength(1);
  expect(await audit.list(tenantId, 10, signal)).toHaveLength(1);
  await next?.release();
}, 120_000);
