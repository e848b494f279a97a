import { type ColumnWriter, plainColumn } from './column.js';

export const uint8Column = (): ColumnWriter<number> =>
  plainColumn('UInt8', (sink, value) => sink.uint8(value));

export const uint32Column = (): ColumnWriter<number> =>
  plainColumn('UInt32', (sink, value) => sink.uint32(value));

export const uint64Column = (): ColumnWriter<bigint> =>
  plainColumn('UInt64', (sink, value) => sink.uint64(value));

export const int32Column = (): ColumnWriter<number> =>
  plainColumn('Int32', (sink, value) => sink.int32(value));

export const int64Column = (): ColumnWriter<bigint> =>
  plainColumn('Int64', (sink, value) => sink.int64(value));

export const float64Column = (): ColumnWriter<number> =>
  plainColumn('Float64', (sink, value) => sink.float64(value));

export const boolColumn = (): ColumnWriter<boolean> =>
  plainColumn('Bool', (sink, value) => sink.uint8(value ? 1 : 0));

export const stringColumn = (): ColumnWriter<string> =>
  plainColumn('String', (sink, value) => sink.string(value));

/**
 * Nanoseconds since 1970 in UTC. The type must be sent as it is: ClickHouse reads an Int64 that is sent for a DateTime64
 * as seconds.
 */
export const nanoTimeColumn = (): ColumnWriter<bigint> =>
  plainColumn("DateTime64(9, 'UTC')", (sink, value) => sink.int64(value));

/** Milliseconds since 1970 in UTC. */
export const milliTimeColumn = (): ColumnWriter<bigint> =>
  plainColumn("DateTime64(3, 'UTC')", (sink, value) => sink.int64(value));

/** Seconds since 1970 in UTC, until 2106. */
export const secondTimeColumn = (): ColumnWriter<number> =>
  plainColumn("DateTime('UTC')", (sink, value) => sink.uint32(value));

/** Days since 1970. */
export const dateColumn = (): ColumnWriter<number> =>
  plainColumn('Date', (sink, value) => sink.uint16(value));

/** A count that merges add up; its data are those of a UInt64. */
export const summedColumn = (): ColumnWriter<bigint> =>
  plainColumn('SimpleAggregateFunction(sum, UInt64)', (sink, value) => sink.uint64(value));

/** Exactly `bytes` bytes per value; throws a RangeError for any other length, since a block would be shifted. */
export function fixedStringColumn(bytes: number): ColumnWriter<Uint8Array> {
  return plainColumn(`FixedString(${bytes})`, (sink, value) => {
    if (value.length !== bytes) throw new RangeError(`FixedString(${bytes}) got ${value.length} bytes`);
    sink.bytes(value);
  });
}

/**
 * Values are the names' positions, counted from `first`: `['Unset', 'Ok']` is `Enum8('Unset' = 0, 'Ok' = 1)`.
 */
export function enum8Column(names: readonly string[], first = 0): ColumnWriter<number> {
  const members = names.map((name, index) => `'${name}' = ${index + first}`).join(', ');
  return plainColumn(`Enum8(${members})`, (sink, value) => {
    if (names[value - first] === undefined) throw new RangeError(`no member ${value} in Enum8(${members})`);
    sink.uint8(value);
  });
}
