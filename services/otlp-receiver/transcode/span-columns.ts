import type { RowOf } from '../native/block.js';
import { lowCardinalityColumn } from '../native/low-cardinality-column.js';
import { arrayColumn } from '../native/nested-columns.js';
import {
  enum8Column,
  fixedStringColumn,
  nanoTimeColumn,
  stringColumn,
  uint32Column,
  uint64Column,
} from '../native/scalar-columns.js';
import { attributeColumns, textMap } from './attribute-columns.js';

export const SPANS_TABLE = 'spans';
/** Positions are the numbers of the interface definitions. */
export const SPAN_KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'] as const;
export const STATUS_CODES = ['Unset', 'Ok', 'Error'] as const;

/** Every column of `spans` that is written; the table computes the others. */
export function spanColumns() {
  return {
    TenantId: uint32Column(),
    ProjectId: uint64Column(),
    Timestamp: nanoTimeColumn(),
    TraceId: fixedStringColumn(16),
    SpanId: fixedStringColumn(8),
    ParentSpanId: fixedStringColumn(8),
    TraceState: stringColumn(),
    Flags: uint32Column(),
    ServiceName: lowCardinalityColumn(),
    SpanName: lowCardinalityColumn(),
    SpanKind: enum8Column(SPAN_KINDS),
    DurationNs: uint64Column(),
    StatusCode: enum8Column(STATUS_CODES),
    StatusMessage: stringColumn(),
    ...attributeColumns(),
    'Events.Timestamp': arrayColumn(nanoTimeColumn()),
    'Events.Name': arrayColumn(lowCardinalityColumn()),
    'Events.Attrs': arrayColumn(textMap()),
    'Links.TraceId': arrayColumn(fixedStringColumn(16)),
    'Links.SpanId': arrayColumn(fixedStringColumn(8)),
    'Links.TraceState': arrayColumn(stringColumn()),
    'Links.Attrs': arrayColumn(textMap()),
    DroppedAttrs: uint32Column(),
    DroppedEvents: uint32Column(),
    DroppedLinks: uint32Column(),
  };
}

export type SpanColumns = ReturnType<typeof spanColumns>;
export type SpanRow = RowOf<SpanColumns>;
