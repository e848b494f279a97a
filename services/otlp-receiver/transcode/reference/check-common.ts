import type { InstrumentationScope } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { Resource } from '../../../../gen/otlp/opentelemetry/proto/resource/v1/resource.js';
import { type AcceptWindow, describeTime, MAX_DATETIME64_UNIX_NANO } from '../accept-window.js';
import { checkAttributes, checkText } from './check-values.js';
import { below, type Rejection } from './rejection.js';

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

/** A fault in what all items below share, which costs all of them. */
export function checkResource(resource: Resource | undefined, schemaUrl: string): Rejection | undefined {
  return below('resource', checkAttributes(resource?.attributes ?? [])) ?? checkText('schema_url', schemaUrl);
}

export function checkScope(
  scope: InstrumentationScope | undefined,
  schemaUrl: string,
): Rejection | undefined {
  const inScope =
    scope &&
    (checkText('name', scope.name) ??
      checkText('version', scope.version) ??
      checkAttributes(scope.attributes));
  return below('scope', inScope) ?? checkText('schema_url', schemaUrl);
}

/** Whether a time that decides about the partition is inside the window. */
export function checkInWindow(field: string, time: bigint, window: AcceptWindow): Rejection | undefined {
  if (time < window.fromUnixNano || time > window.toUnixNano) return outside(field, time, window);
  return undefined;
}

export function outside(field: string, time: bigint, window: AcceptWindow): Rejection {
  const problem = `is ${describeTime(time)}, outside the accepted range (${window.description})`;
  const excess = { limit: window.description, measured: describeTime(time) };
  return { reason: 'time_out_of_range', field, problem, ...excess };
}

/** Whether a time that decides about nothing fits into its column. */
export function checkStorableTime(field: string, time: bigint): Rejection | undefined {
  if (time <= MAX_DATETIME64_UNIX_NANO) return undefined;
  const problem = `is ${time}, later than the last storable time ${MAX_DATETIME64_UNIX_NANO}`;
  return { reason: 'time_out_of_range', field, problem };
}

/** An id that must be there. */
export function checkId(field: string, id: Uint8Array, bytes: number): Rejection | undefined {
  const limit = `${bytes} bytes`;
  const problem = `must be ${bytes} bytes, got ${id.length}`;
  if (id.length !== bytes)
    return { reason: 'invalid_id', field, problem, limit, measured: `${id.length} bytes` };
  if (id.some((byte) => byte !== 0)) return undefined;
  return { reason: 'invalid_id', field, problem: 'must not be all zeros', limit, measured: 'all zeros' };
}

/** An id that may be absent, but not cut. */
export function checkIdLength(field: string, id: Uint8Array, bytes: number): Rejection | undefined {
  if (id.length === 0 || id.length === bytes) return undefined;
  const problem = `must be empty or ${bytes} bytes, got ${id.length}`;
  return { reason: 'invalid_id', field, problem, limit: `${bytes} bytes`, measured: `${id.length} bytes` };
}
