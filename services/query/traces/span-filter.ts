import type { SpanFilter as SpanFilterMessage } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';

/** What a span must be: any of the services (empty: all) and any of the operations (empty: all). */
export interface SpanFilter {
  readonly serviceNames: readonly string[];
  readonly operations: readonly string[];
}

/** Values of a filter travel to ClickHouse with the statement. */
const MAX_VALUES = 100;
const MAX_VALUE_BYTES = 1_024;

export function readFilter(message: SpanFilterMessage | undefined): SpanFilter {
  return {
    serviceNames: readValues('filter.service_names', message?.serviceNames ?? []),
    operations: readValues('filter.operations', message?.operations ?? []),
  };
}

export function isUnfiltered(filter: SpanFilter): boolean {
  return filter.serviceNames.length === 0 && filter.operations.length === 0;
}

function readValues(field: string, values: readonly string[]): readonly string[] {
  if (values.length > MAX_VALUES)
    throw new AppError(
      'invalid_argument',
      `${field} has ${values.length} values; at most ${MAX_VALUES} are allowed.`,
      { field },
    );
  for (const value of values) checkName(field, value);
  return [...new Set(values)].sort();
}

/** A service or span name as it may be asked for. */
export function checkName(field: string, value: string): void {
  const size = Buffer.byteLength(value);
  if (size <= MAX_VALUE_BYTES) return;
  throw new AppError(
    'invalid_argument',
    `${field} has a value of ${size} bytes; at most ${MAX_VALUE_BYTES} are allowed.`,
    { field },
  );
}
