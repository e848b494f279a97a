import type { StatementParams } from '../../../lib/store/statement.js';
import type { SpanFilter } from '../traces/span-filter.js';

/** Every table's key begins with these two; their values come from the assertion. */
export const OWN_ROWS = 'TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}';

/** Rows of the traces in the parameter `traceIds` (hex). A subquery, because only sets are used by the key's index. */
export const TRACE_IDS = 'TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))';

/** A parameter in Unix nanoseconds as a DateTime64. */
export function instant(param: string): string {
  return `fromUnixTimestamp64Nano({${param}:Int64}, 'UTC')`;
}

/** A condition on spans, from constants only; the values are `filterParams`. The filter must not be empty. */
export function spanMatch(filter: SpanFilter): string {
  return [
    ...(filter.serviceNames.length > 0 ? ['ServiceName IN {serviceNames:Array(String)}'] : []),
    ...(filter.operations.length > 0 ? ['SpanName IN {operations:Array(String)}'] : []),
  ].join(' AND ');
}

export function filterParams(filter: SpanFilter): StatementParams {
  return {
    ...(filter.serviceNames.length > 0 && { serviceNames: filter.serviceNames }),
    ...(filter.operations.length > 0 && { operations: filter.operations }),
  };
}
