import { expect, it } from 'vitest';
import { BlockBuilder } from './block.js';
import { lowCardinalityColumn } from './low-cardinality-column.js';
import { arrayColumn, mapColumn } from './nested-columns.js';
import { stringColumn, uint32Column } from './scalar-columns.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (value: string) => Buffer.from([value.length, ...Buffer.from(value)]).toString('hex');
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.toString('hex');
};

it('writes a plain column value after value', () => {
  const builder = new BlockBuilder({ Id: uint32Column() });
  builder.append({ Id: 1 }, 5);
  builder.append({ Id: 258 }, 5);
  const block = builder.finish('t');
  expect(hex(block.bytes)).toBe(`0102${text('Id')}${text('UInt32')}0100000002010000`);
  expect(block).toMatchObject({ table: 't', columns: ['Id'], rows: 2, days: [5] });
});

it('writes the prefix of a dictionary before the offsets that enclose it', () => {
  const builder = new BlockBuilder({ M: arrayColumn(mapColumn(lowCardinalityColumn(), stringColumn())) });
  builder.append({ M: [[['k', 'v']]] }, 0);
  const type = 'Array(Map(LowCardinality(String), String))';
  const expected = [
    '0101',
    text('M'),
    text(type),
    u64(1), // dictionary version
    u64(1), // maps in row 1
    u64(1), // entries in map 1
    u64(0x600), // own keys, new dictionary, one byte each
    u64(2), // '' and 'k'
    '00',
    text('k'),
    u64(1), // keys
    '01',
    text('v'),
  ];
  expect(hex(builder.finish('t').bytes)).toBe(expected.join(''));
});

it('writes nothing after the prefix of a dictionary without values, and nothing at all without rows', () => {
  const columns = () => ({ N: arrayColumn(lowCardinalityColumn()) });
  const head = (rows: string) => `01${rows}${text('N')}${text('Array(LowCardinality(String))')}`;
  const builder = new BlockBuilder(columns());
  builder.append({ N: [] }, 0);
  expect(hex(builder.finish('t').bytes)).toBe(`${head('01')}${u64(1)}${u64(0)}`);
  expect(hex(new BlockBuilder(columns()).finish('t').bytes)).toBe(head('00'));
});
