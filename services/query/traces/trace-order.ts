import { TraceSort } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';

/** A total order of traces: by key, then by trace id, both in the same direction. */
export interface TraceOrder {
  readonly key: 'start' | 'duration';
  readonly isDescending: boolean;
}

/** A place between two traces of a listing. */
export interface Cursor {
  readonly key: bigint;
  readonly traceId: string;
}

/** Below zero when `a` comes before `b`, as a sort wants it. */
export function inOrder({ isDescending }: TraceOrder, a: Cursor, b: Cursor): number {
  if (a.key === b.key && a.traceId === b.traceId) return 0;
  const isLess = a.key < b.key || (a.key === b.key && a.traceId < b.traceId);
  return isLess === isDescending ? 1 : -1;
}

const ORDERS: Readonly<Record<TraceSort, TraceOrder>> = {
  [TraceSort.UNSPECIFIED]: { key: 'start', isDescending: true },
  [TraceSort.TIMESTAMP_DESC]: { key: 'start', isDescending: true },
  [TraceSort.TIMESTAMP_ASC]: { key: 'start', isDescending: false },
  [TraceSort.DURATION_DESC]: { key: 'duration', isDescending: true },
  [TraceSort.DURATION_ASC]: { key: 'duration', isDescending: false },
};

/** A number that this version does not know arrives as itself (proto3 enums are open) and is refused. */
export function readOrder(sort: TraceSort): TraceOrder {
  const order = (ORDERS as Readonly<Record<number, TraceOrder | undefined>>)[sort];
  if (order) return order;
  throw new AppError('invalid_argument', `sort ${sort} is not known.`, { field: 'sort' });
}
