import { z } from 'zod';
import { limitParam } from '../../../params/ingest-params.js';
import { type TimeRangeInput, timeRangeParams, toTimeRange } from '../../../params/time-range.js';

/** The members of a schema that say which exports of a tenant are meant. */
export const selectionParams = {
  ...timeRangeParams,
  signal: z
    .enum(['traces', 'metrics', 'logs', 'unknown'])
    .optional()
    .describe('Only this kind of telemetry; `unknown` are requests to a path that names none.'),
};
export const limit = limitParam(50);

export interface SelectionInput extends TimeRangeInput {
  readonly signal?: string | undefined;
  readonly limit?: number | undefined;
}

/** The selection of the contract; tenant 0 is what was turned away before a tenant was known. */
export function toSelection(tenantId: number, params: SelectionInput, nowMs: number) {
  const { startUnixNano, endUnixNano } = toTimeRange(params, nowMs);
  return {
    ...{ tenantId, signal: params.signal ?? '', limit: params.limit ?? 0 },
    startUnixMs: startUnixNano / 1_000_000n,
    endUnixMs: endUnixNano / 1_000_000n,
  };
}
