import { describe, expect, it } from 'vitest';
import { CATALOGUE_LIMITS } from './attribute-pairs.js';
import { type DeliveryOwner, DerivedRows } from './derived-rows.js';

const DAY = 20_000;
const owner: DeliveryOwner = { database: 'gob_cell_default', tenantId: 22, projectId: 7n, signal: 'metrics' };

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
function deliver(derived: DerivedRows, options: { stored: boolean; day?: number } & Partial<DeliveryOwner>) {
  const { stored, day = DAY, ...changes } = options;
  const delivery = derived.open({ ...owner, ...changes });
  for (let item = 0; item < 2; item++) {
    delivery.attributes(day, 'attr', [['k', 'v']], 1);
    delivery.series(day, 1n, seriesRow, 1);
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
    for (const delivery of [first, second]) delivery.series(DAY, 1n, seriesRow, 1);
    expect([first, second].map((delivery) => delivery.blocks().length)).toEqual([1, 1]);
  });

  it.each<[string, Partial<DeliveryOwner> & { day?: number }]>([
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

describe('the cap on series', () => {
  const caps = { maxMetricSeries: 3, maxAttributeKeys: 2, maxAttributeValuesPerKey: 2 };
  const labelled = (id: bigint) => ({
    ...seriesRow(),
    SeriesId: id,
    Attrs: [['user', `u${id}`]] as [string, string][],
  });

  /** Which of the series get labels of their own, in a delivery that is stored. */
  function send(derived: DerivedRows, ids: readonly bigint[], cap = caps.maxMetricSeries, day = DAY) {
    const delivery = derived.open({ ...owner, cardinality: { ...caps, maxMetricSeries: cap } });
    const wanted = ids.filter((id) => delivery.series(day, id, () => labelled(id), 2));
    const rows = delivery.blocks().reduce((sum, block) => sum + block.rows, 0);
    delivery.stored();
    return { wanted, rows, limited: delivery.limited() };
  }

  it('lets in what fits, keeps it in, and says what it is that does not fit', () => {
    const derived = new DerivedRows();
    expect(send(derived, [1n, 2n])).toEqual({ wanted: [1n, 2n], rows: 2, limited: [] });
    const { wanted, rows, limited } = send(derived, [2n, 3n, 4n, 5n]);
    expect([wanted, rows]).toEqual([[3n], 3]);
    expect(limited).toEqual([
      expect.objectContaining({
        reason: 'series_cap',
        detail: expect.stringMatching(
          /cap of 3 series a day.*"shop", metric "m": label "user" has most values \(2\)/,
        ),
        serviceName: 'shop',
        items: 4,
      }),
    ]);
    // Its row is stored; its points are over the cap each time.
    const again = send(derived, [1n, 4n]);
    expect([again.rows, again.limited[0]?.items]).toEqual([0, 2]);
    expect(send(derived, [9n], 3, DAY + 1).wanted).toEqual([9n]);
  });

  it('follows the cap at once: raised, it lets in what was over it', () => {
    const derived = new DerivedRows();
    send(derived, [1n, 2n, 3n, 4n]);
    expect(send(derived, [4n, 5n], 4)).toMatchObject({ wanted: [4n], limited: [{ items: 2 }] });
    expect(send(derived, [6n, 1n], 1)).toMatchObject({ wanted: [], limited: [{ items: 2 }] });
  });

  it('a delivery that was not stored takes no room when it is sent again', () => {
    const derived = new DerivedRows();
    for (let attempt = 0; attempt < 5; attempt++) {
      const delivery = derived.open({ ...owner, cardinality: caps });
      for (const id of [1n, 2n]) delivery.series(DAY, id, () => labelled(id), 1);
      delivery.blocks();
    }
    expect(send(derived, [1n, 2n, 3n]).wanted).toEqual([1n, 2n, 3n]);
  });

  it('of names and values in the catalogue is told, and takes nothing from the items', () => {
    const delivery = new DerivedRows().open({ ...owner, cardinality: caps });
    for (const pair of ['a=1', 'a=2', 'a=3', 'b=1', 'c=1', 'c=2'])
      delivery.attributes(DAY, 'attr', [pair.split('=') as [string, string]], 10);
    expect(delivery.blocks()[0]?.rows).toBe(3);
    expect(delivery.limited().map(({ reason, items, isChanged }) => [reason, items, isChanged])).toEqual([
      ['attribute_values_cap', 10, false],
      ['attribute_keys_cap', 20, false],
    ]);
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
