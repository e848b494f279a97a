import type { ByteSink } from './byte-sink.js';
import type { ColumnWriter } from './column.js';

/** Version of the dictionary serialization: one shared dictionary per block. */
const SHARED_DICTIONARIES_VERSION = 1n;
/** "This block carries its own keys" and "the dictionary is new", as ClickHouse's Native format names the bits. */
const HAS_OWN_KEYS_AND_NEW_DICTIONARY = 0x600n;

/**
 * `LowCardinality(String)`: the distinct strings once, then one index per value. Slot 0 of the dictionary is always the
 * empty string. With no value at all only the prefix is written.
 */
export function lowCardinalityColumn(): ColumnWriter<string> {
  const slots = new Map<string, number>([['', 0]]);
  const indexes: number[] = [];
  return {
    type: 'LowCardinality(String)',
    append(value) {
      const slot = slots.get(value) ?? slots.size;
      slots.set(value, slot);
      indexes.push(slot);
    },
    writePrefix: (sink) => sink.int64(SHARED_DICTIONARIES_VERSION),
    writeData(sink) {
      if (indexes.length > 0) writeDictionary(sink, slots, indexes);
    },
  };
}

function writeDictionary(
  sink: ByteSink,
  slots: ReadonlyMap<string, number>,
  indexes: readonly number[],
): void {
  const width = slots.size <= 0x100 ? 0 : slots.size <= 0x1_0000 ? 1 : 2;
  sink.uint64(HAS_OWN_KEYS_AND_NEW_DICTIONARY | BigInt(width));
  sink.uint64(BigInt(slots.size));
  for (const value of slots.keys()) sink.string(value);
  sink.uint64(BigInt(indexes.length));
  for (const index of indexes) {
    if (width === 0) sink.uint8(index);
    else if (width === 1) sink.uint16(index);
    else sink.uint32(index);
  }
}
