import { ByteSink } from './byte-sink.js';

/**
 * Collects the values of one column and writes them in ClickHouse's Native format (revision 0, as the HTTP interface
 * reads it). A column's data is preceded by the prefixes of every dictionary inside it: they come before the offsets of
 * enclosing arrays and maps, so writing has two passes.
 */
export interface ColumnWriter<T> {
  /** The type exactly as `system.columns` spells it. */
  readonly type: string;
  append(value: T): void;
  writePrefix(sink: ByteSink): void;
  writeData(sink: ByteSink): void;
}

/** The value type that a writer takes. */
export type ValueOf<W> = W extends ColumnWriter<infer T> ? T : never;

/** A column whose values lie one after another. */
export function plainColumn<T>(type: string, put: (sink: ByteSink, value: T) => void): ColumnWriter<T> {
  const data = new ByteSink();
  return {
    type,
    append: (value) => put(data, value),
    writePrefix: () => undefined,
    writeData: (sink) => sink.bytes(data.view()),
  };
}
