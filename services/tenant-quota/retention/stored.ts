import type { SignalName } from '../registry/tiers.js';

/** Rows and their share of the compressed bytes on disk. */
export interface Amount {
  readonly rows: number;
  readonly bytes: number;
}

/** Which retention a table follows; `all` is the longest of the three. */
export type TableSignal = SignalName | 'all';

/** What one day of one table holds, by tenant. */
export interface StoredDay {
  readonly table: string;
  readonly signal: TableSignal;
  /** In days since 1970. */
  readonly day: number;
  readonly tenants: ReadonlyMap<number, Amount>;
  /** Rows on disk, those that were deleted but not yet merged away included. */
  readonly physicalRows: number;
  /** False when a part was merged away while it was counted: there may be more, of others too. */
  readonly isComplete: boolean;
}

const PREFIXES: readonly (readonly [prefix: string, signal: SignalName])[] = [
  ['metric_', 'metrics'],
  ['log_', 'logs'],
  ['spans', 'traces'],
  ['span_', 'traces'],
  ['trace_', 'traces'],
  ['red_', 'traces'],
  ['service_operations', 'traces'],
];

/** A table that no rule names is kept as long as the longest signal: nothing is dropped by mistake. */
export function signalOfTable(table: string): TableSignal {
  if (table === 'logs') return 'logs';
  return PREFIXES.find(([prefix]) => table.startsWith(prefix))?.[1] ?? 'all';
}

export const sumAmounts = (amounts: Iterable<Amount>): Amount => {
  let rows = 0;
  let bytes = 0;
  for (const amount of amounts) {
    rows += amount.rows;
    bytes += amount.bytes;
  }
  return { rows, bytes };
};
