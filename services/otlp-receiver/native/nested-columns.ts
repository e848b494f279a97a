import { ByteSink } from './byte-sink.js';
import type { ColumnWriter } from './column.js';

/** Rows × cumulative end offsets, then the elements of all rows. */
export function arrayColumn<T>(element: ColumnWriter<T>): ColumnWriter<readonly T[]> {
  const offsets = offsetsOf();
  return {
    type: `Array(${element.type})`,
    append(values) {
      offsets.append(values.length);
      for (const value of values) element.append(value);
    },
    writePrefix: (sink) => element.writePrefix(sink),
    writeData(sink) {
      offsets.write(sink);
      element.writeData(sink);
    },
  };
}

/** Like an array of pairs, but all keys come before all values. Keys are written in the order given. */
export function mapColumn<K, V>(
  key: ColumnWriter<K>,
  value: ColumnWriter<V>,
): ColumnWriter<readonly (readonly [K, V])[]> {
  const offsets = offsetsOf();
  return {
    type: `Map(${key.type}, ${value.type})`,
    append(entries) {
      offsets.append(entries.length);
      for (const [entryKey, entryValue] of entries) {
        key.append(entryKey);
        value.append(entryValue);
      }
    },
    writePrefix(sink) {
      key.writePrefix(sink);
      value.writePrefix(sink);
    },
    writeData(sink) {
      offsets.write(sink);
      key.writeData(sink);
      value.writeData(sink);
    },
  };
}

function offsetsOf(): { append(count: number): void; write(sink: ByteSink): void } {
  const data = new ByteSink();
  let end = 0;
  return {
    append(count) {
      end += count;
      data.uint64(BigInt(end));
    },
    write: (sink) => sink.bytes(data.view()),
  };
}
