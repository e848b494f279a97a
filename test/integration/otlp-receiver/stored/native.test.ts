import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStore, type Store } from '../../../../lib/store/store.js';
import { BlockBuilder } from '../../../../services/otlp-receiver/native/block.js';
import { lowCardinalityColumn } from '../../../../services/otlp-receiver/native/low-cardinality-column.js';
import { arrayColumn, mapColumn } from '../../../../services/otlp-receiver/native/nested-columns.js';
import {
  enum8Column,
  fixedStringColumn,
  float64Column,
  nanoTimeColumn,
  stringColumn,
  uint32Column,
  uint64Column,
} from '../../../../services/otlp-receiver/native/scalar-columns.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../../_util/service-context.js';

let clickhouse: EmbeddedClickHouse;
let store: Store;

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  const { logger, registry } = testServiceContext();
  store = createStore({ url: clickhouse.url, logger, registry, application: 'test' });
  await store.command({ name: 'test', sql: 'CREATE DATABASE native' });
});
afterAll(async () => {
  await store?.close();
  await clickhouse?.close();
});

const columns = () => ({
  Id: uint32Column(),
  Wide: uint64Column(),
  Ratio: float64Column(),
  Time: nanoTimeColumn(),
  Raw: fixedStringColumn(4),
  Kind: enum8Column(['None', 'Some']),
  Text: stringColumn(),
  Name: lowCardinalityColumn(),
  Names: arrayColumn(lowCardinalityColumn()),
  Attrs: mapColumn(lowCardinalityColumn(), stringColumn()),
  Numbers: mapColumn(lowCardinalityColumn(), float64Column()),
  Maps: arrayColumn(mapColumn(lowCardinalityColumn(), stringColumn())),
});
const newBuilder = () => new BlockBuilder(columns());
type Row = Parameters<ReturnType<typeof newBuilder>['append']>[0];

const emptyRow: Row = {
  Id: 0,
  Wide: 0n,
  Ratio: 0,
  Time: 0n,
  Raw: new Uint8Array(4),
  Kind: 0,
  Text: '',
  Name: '',
  Names: [],
  Attrs: [],
  Numbers: [],
  Maps: [],
};

/** Inserts each list of rows as a block of one statement and reads everything back, by Id. */
async function roundTrip(blocks: readonly (readonly Row[])[]): Promise<readonly Record<string, unknown>[]> {
  const table = `t_${randomBytes(6).toString('hex')}`;
  const types = Object.entries(columns()).map(([name, { type }]) => `${name} ${type}`);
  await store.command({
    name: 'test',
    sql: `CREATE TABLE native.${table} (${types.join(', ')}) ENGINE = MergeTree ORDER BY Id`,
  });
  const built = blocks.map((rows) => {
    const builder = newBuilder();
    for (const row of rows) builder.append(row, 0);
    return builder.finish(table);
  });
  await store.insertNative({
    database: 'native',
    table,
    columns: built[0]?.columns ?? [],
    blocks: built.map(({ bytes }) => bytes),
    deduplicationToken: randomUUID(),
  });
  const sql = `SELECT * EXCEPT (Time, Raw), toUnixTimestamp64Nano(Time) AS Time, hex(Raw) AS Raw FROM native.${table} ORDER BY Id`;
  return (await store.query<Record<string, unknown>>({ name: 'test', sql })).rows;
}

it('writes every type so that ClickHouse reads back the same', async () => {
  const full: Row = {
    Id: 2 ** 32 - 1,
    Wide: 2n ** 64n - 1n,
    Ratio: -1.5e-300,
    Time: 2n ** 63n - 1n,
    Raw: Uint8Array.of(0, 255, 1, 2),
    Kind: 1,
    Text: 'ü\u0000𝄞',
    Name: 'n',
    Names: ['a', '', 'b', 'a'],
    Attrs: [
      ['k', 'v'],
      ['l', ''],
    ],
    Numbers: [['x', 2.5]],
    Maps: [
      [['a', '1']],
      [],
      [
        ['b', '2'],
        ['c', '3'],
      ],
    ],
  };
  const [empty, stored] = await roundTrip([[emptyRow, full]]);
  expect(empty).toEqual({
    ...emptyRow,
    Wide: '0',
    Time: '0',
    Raw: '00000000',
    Kind: 'None',
    Attrs: {},
    Numbers: {},
  });
  expect(stored).toEqual({
    ...full,
    Wide: '18446744073709551615',
    Time: '9223372036854775807',
    Raw: '00FF0102',
    Kind: 'Some',
    Attrs: { k: 'v', l: '' },
    Numbers: { x: 2.5 },
    Maps: [{ a: '1' }, {}, { b: '2', c: '3' }],
  });
});

it('takes several blocks in one insert, also where a nested dictionary is without any value', async () => {
  const named = (id: number): Row => ({ ...emptyRow, Id: id, Names: ['a'], Maps: [[['k', String(id)]]] });
  const rows = await roundTrip([
    [named(1)],
    [{ ...emptyRow, Id: 2 }],
    [{ ...emptyRow, Id: 3, Maps: [[]] }],
    [named(4)],
  ]);
  expect(rows.map(({ Names, Maps }) => [Names, Maps])).toEqual([
    [['a'], [{ k: '1' }]],
    [[], []],
    [[], [{}]],
    [['a'], [{ k: '4' }]],
  ]);
});

it.each([255, 256, 257, 65_535, 65_536])('keeps a dictionary of %i names apart', async (count) => {
  const rows = Array.from({ length: count }, (_, id): Row => ({ ...emptyRow, Id: id, Name: `name-${id}` }));
  const stored = await roundTrip([rows]);
  expect(stored.length).toBe(count);
  expect(stored.find(({ Id, Name }) => Name !== `name-${Id}`)).toBeUndefined();
});

it('refuses values that would shift a block', () => {
  expect(() => newBuilder().append({ ...emptyRow, Raw: new Uint8Array(3) }, 0)).toThrow(
    /FixedString\(4\) got 3 bytes/,
  );
  expect(() => newBuilder().append({ ...emptyRow, Kind: 2 }, 0)).toThrow(/no member 2/);
});
