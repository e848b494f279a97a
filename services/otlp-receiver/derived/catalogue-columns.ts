import { lowCardinalityColumn } from '../native/low-cardinality-column.js';
import {
  dateColumn,
  enum8Column,
  stringColumn,
  summedColumn,
  uint32Column,
  uint64Column,
} from '../native/scalar-columns.js';

export const CATALOGUE_TABLE = 'attr_catalog';
/** Positions, counted from 1, are the values of `Signal` and `Source`. */
export const CATALOGUE_SIGNALS = ['spans', 'logs', 'metrics'] as const;
export const CATALOGUE_SOURCES = ['resource', 'scope', 'attr'] as const;

/** One row per attribute and value that a receiver has met for the first time on a day. */
export function catalogueColumns() {
  return {
    TenantId: uint32Column(),
    ProjectId: uint64Column(),
    Day: dateColumn(),
    Signal: enum8Column(CATALOGUE_SIGNALS, 1),
    Source: enum8Column(CATALOGUE_SOURCES, 1),
    Key: lowCardinalityColumn(),
    Value: stringColumn(),
    Rows: summedColumn(),
  };
}
