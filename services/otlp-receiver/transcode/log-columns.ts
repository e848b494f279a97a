import type { RowOf } from '../native/block.js';
import { lowCardinalityColumn } from '../native/low-cardinality-column.js';
import {
  enum8Column,
  fixedStringColumn,
  nanoTimeColumn,
  stringColumn,
  uint8Column,
  uint32Column,
  uint64Column,
} from '../native/scalar-columns.js';
import { attributeColumns } from './attribute-columns.js';

export const LOGS_TABLE = 'logs';
/** How to read `Body`: as it is, as JSON, or as base64. */
export const BODY_TYPES = ['string', 'json', 'bytes'] as const;

/** Every column of `logs` that is written; the table computes the others. */
export function logColumns() {
  return {
    TenantId: uint32Column(),
    ProjectId: uint64Column(),
    Timestamp: nanoTimeColumn(),
    ObservedTimestamp: nanoTimeColumn(),
    TraceId: fixedStringColumn(16),
    SpanId: fixedStringColumn(8),
    TraceFlags: uint8Column(),
    SeverityNumber: uint8Column(),
    SeverityText: lowCardinalityColumn(),
    ServiceName: lowCardinalityColumn(),
    EventName: lowCardinalityColumn(),
    Body: stringColumn(),
    BodyType: enum8Column(BODY_TYPES),
    ...attributeColumns(),
    DroppedAttrs: uint32Column(),
  };
}

export type LogColumns = ReturnType<typeof logColumns>;
export type LogRow = RowOf<LogColumns>;
