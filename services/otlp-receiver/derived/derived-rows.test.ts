import { describe, expect, it } from 'vitest';
import { CATALOGUE_LIMITS } from './attribute-pairs.js';
import { DerivedRows, type Owner } from './derived-rows.js';

const DAY = 20_000;
const owner: Owner = { database: 'gob_cell_default', tenantId: 22, projectId: 7n, signal: 'metrics' };

const seriesRow = () => ({
  TenantId: 22,
  ProjectId: 7n,
  Day: DAY,
  MetricName: 'm',
  SeriesId: 1n,
  Type: 1,
  Temporality: 0,
  IsMonotonic: false,
  Unit: '',
  Description: '',
  ServiceName: 'shop',
  ResourceAttrs: [],
  ScopeName: '',
  ScopeVersion: '',
  ScopeAttrs: [],
  Attrs: [],
  LastSeen: 0,
});

/** Rows by table of one delivery with a series and an attribute. */
function deliver(derived: DerivedRows, options: { stored: boolean; day?: number } & Partial<Owner>) {
  const { stored, day = DAY, ...changes } = options;
  const delivery = derived.open({ ...owner, ...changes });
  for (let item = 0; item < 2; item++) {
    delivery.attributes(day, 'attr', [['k', 'v']], 1);
    delivery.series(day, 1n, seriesRow);
  }
  const rows = Object.fromEntries(delivery.blocks().map(({ table, rows: count }) => [table, count]));
  if (stored) delivery.stored();
  return rows;
}

const BOTH = { metric_series: 1, attr_catalog: 1 };

describe('rows of a delivery', () => {
  it('are written until they are stored, and then no more', () => {
    const derived = new DerivedRows();
    expect(deliver(derived, { stored: false })).toEqual(BOTH);
    expect(deliver(derived, { stored: true })).toEqual(BOTH);
    expect(deliver(derived, { stored: true })).toEqual({});
  });

  it('are written by both of two deliveries at once: neither knows what becomes of the other', () => {
    const derived = new DerivedRows();
    const [first, second] = [derived.open(owner), derived.open(owner)];
    for (const delivery of [first, second]) delivery.series(DAY, 1n, seriesRow);
    expect([first, second].map((delivery) => delivery.blocks().length)).toEqual([1, 1]);
  });

  it.each<[string, Partial<Owner> & { day?: number }]>([
    ['another day', { day: DAY + 1 }],
    ['another project', { projectId: 8n }],
    ['another tenant', { tenantId: 23 }],
    ['another cell', { database: 'gob_cell_large' }],
  ])('are others for %s', (_name, changes) => {
    const derived = new DerivedRows();
    deliver(derived, { stored: true });
    expect(deliver(derived, { ...changes, stored: true })).toEqual(BOTH);
  });
});

describe('the limits of the catalogue', () => {
  const rowsOf = (pairs: Iterable<readonly [string, string]>, derived = new DerivedRows()) => {
    const delivery = derived.open(owner);
    for (const pair of pairs) delivery.attributes(DAY, 'attr', [pair], 1);
    const rows = delivery.blocks()[0]?.rows ?? 0;
    delivery.stored();
    return rows;
  };
  const { keyLength, valueLength, valuesPerKey, pairsPerSource } = CATALOGUE_LIMITS;
  const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => index + from);

  it.each([
    [keyLength, valueLength, 1],
    [keyLength + 1, 1, 0],
    [1, valueLength + 1, 0],
  ])('a key of %i and a value of %i characters: %i rows', (key, value, rows) => {
    expect(rowsOf([['k'.repeat(key), 'v'.repeat(value)]])).toBe(rows);
  });

  it('holds a key to a number of values, over all deliveries of the day', () => {
    const derived = new DerivedRows();
    const values = (count: number, from: number) =>
      numbered(count, from).map((value) => ['id', String(value)] as const);
    expect(rowsOf(values(valuesPerKey - 1, 0), derived)).toBe(valuesPerKey - 1);
    expect(rowsOf(values(5, 10_000), derived)).toBe(1);
    expect(rowsOf(values(5, 20_000), derived)).toBe(0);
    expect(rowsOf([['other', 'x']], derived)).toBe(1);
  });

  it('holds a source to a number of pairs', () => {
    const pairs = numbered(pairsPerSource + 100).map((key) => [`k${key}`, ''] as const);
    expect(rowsOf(pairs)).toBe(pairsPerSource);
  });
});
