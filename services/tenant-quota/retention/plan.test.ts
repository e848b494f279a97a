import { describe, expect, it } from 'vitest';
import { DAY_MS, dayOf, dayOfPartition, dayText, partitionOfDay } from './days.js';
import { planRetention, type TenantPolicy } from './plan.js';
import { type StoredDay, signalOfTable } from './stored.js';

const TODAY = 20_000;
const NOW_MS = TODAY * DAY_MS + DAY_MS / 2;

const policy = (tenantId: number, overrides: Partial<TenantPolicy> = {}): TenantPolicy => ({
  tenantId,
  retentionDays: { traces: 30, metrics: 30, logs: 30 },
  storageBytes: 1_000,
  acceptFromDay: 0,
  ...overrides,
});
const stored = (table: string, daysAgo: number, bytes: Record<number, number>): StoredDay => ({
  table,
  signal: signalOfTable(table),
  day: TODAY - daysAgo,
  tenants: new Map(Object.entries(bytes).map(([id, size]) => [Number(id), { rows: size, bytes: size }])),
  physicalRows: 1_000,
  isComplete: true,
});
const stepsOf = (days: readonly StoredDay[], policies: readonly TenantPolicy[]) =>
  planRetention(days, policies, NOW_MS).steps.map(
    ({ table, day, action, tenants }) =>
      `${action} ${table} -${TODAY - day}: ${tenants.map(({ tenantId, reason }) => `${tenantId} ${reason}`).join(', ')}`,
  );

describe('retention', () => {
  it('keeps the day in which it ends, and drops the one before it', () => {
    const days = [30, 31].map((ago) => stored('spans', ago, { 1: 5 }));
    expect(stepsOf(days, [policy(1)])).toEqual(['drop_partition spans -31: 1 retention']);
  });

  it('is counted by signal, and by the longest where a table holds all', () => {
    const own = policy(1, { retentionDays: { traces: 1, metrics: 5, logs: 9 } });
    const days = ['spans', 'red_1m', 'metric_sum', 'logs', 'attr_catalog', 'of_the_future'].map((table) =>
      stored(table, 7, { 1: 5, 2: 5 }),
    );
    expect(stepsOf(days, [own, policy(2)])).toEqual([
      'delete_rows metric_sum -7: 1 retention',
      'delete_rows red_1m -7: 1 retention',
      'delete_rows spans -7: 1 retention',
    ]);
  });

  it('drops a partition only when nobody may keep, or still get, rows in it', () => {
    const days = [stored('spans', 40, { 1: 5 })];
    const longer = policy(2, { retentionDays: { traces: 50, metrics: 1, logs: 1 } });
    expect(stepsOf(days, [policy(1), policy(3)])).toEqual(['drop_partition spans -40: 1 retention']);
    expect(stepsOf(days, [policy(1), longer])).toEqual(['delete_rows spans -40: 1 retention']);
  });

  it('never touches rows of a tenant that it knows nothing of', () => {
    const days = [stored('spans', 400, { 1: 5, 99: 5 }), stored('logs', 400, { 99: 5 })];
    expect(stepsOf(days, [policy(1)])).toEqual(['delete_rows spans -400: 1 retention']);
    expect(stepsOf(days, [])).toEqual([]);
  });

  it('leaves a day alone of which it does not know everything', () => {
    const day = { ...stored('spans', 40, { 1: 5 }), isComplete: false };
    expect(stepsOf([day], [policy(1)])).toEqual([]);
  });

  it('drops what is left of a partition whose rows were all deleted', () => {
    expect(stepsOf([stored('spans', 31, {})], [policy(1)])).toEqual(['drop_partition spans -31: ']);
    expect(stepsOf([stored('spans', 30, {})], [policy(1)])).toEqual([]);
  });
});

describe('the storage quota', () => {
  const days = [
    stored('spans', 3, { 1: 300, 2: 300 }),
    stored('red_1m', 3, { 1: 100 }),
    stored('logs', 2, { 1: 400, 2: 1 }),
    stored('metric_sum', 1, { 1: 300 }),
    stored('spans', 0, { 1: 200 }),
  ];

  it('drops the oldest day of all signals and derived tables, then the next, until the rest fits', () => {
    expect(stepsOf(days, [policy(1), policy(2)])).toEqual([
      'delete_rows red_1m -3: 1 storage_quota',
      'delete_rows spans -3: 1 storage_quota',
    ]);
    expect(stepsOf(days, [policy(1, { storageBytes: 500 }), policy(2)])).toEqual([
      'delete_rows red_1m -3: 1 storage_quota',
      'delete_rows spans -3: 1 storage_quota',
      'delete_rows logs -2: 1 storage_quota',
    ]);
  });

  it('counts what goes for its age as gone', () => {
    const young = policy(1, { retentionDays: { traces: 2, metrics: 2, logs: 2 }, storageBytes: 900 });
    const { outcomes, steps } = planRetention(days, [young], NOW_MS);
    expect(outcomes).toEqual([{ tenantId: 1, bytes: 900, acceptFromDay: 0, isOverToday: false }]);
    expect(steps.every(({ tenants }) => tenants.every(({ reason }) => reason === 'retention'))).toBe(true);
  });

  it('never drops today or later, and says when that alone is too much', () => {
    const ahead = [...days, stored('spans', -1, { 1: 50 })];
    const { steps, outcomes } = planRetention(ahead, [policy(1, { storageBytes: 249 })], NOW_MS);
    expect(Math.max(...steps.map(({ day }) => day))).toBe(TODAY - 1);
    expect(outcomes).toEqual([{ tenantId: 1, bytes: 250, acceptFromDay: TODAY, isOverToday: true }]);
  });

  it('drops late arrivals of days that went before, although there is room', () => {
    const cut = policy(1, { acceptFromDay: TODAY - 2 });
    expect(stepsOf([stored('spans', 3, { 1: 1, 2: 1 })], [cut, policy(2)])).toEqual([
      'delete_rows spans -3: 1 storage_quota',
    ]);
  });
});

it('days have one name each', () => {
  const day = dayOf(Date.UTC(2028, 1, 29, 23));
  expect([dayText(day), partitionOfDay(day), dayOfPartition('20280229')]).toEqual([
    '2028-02-29',
    '20280229',
    day,
  ]);
  expect([dayOfPartition('202802'), dayOfPartition('all')]).toEqual([undefined, undefined]);
});
