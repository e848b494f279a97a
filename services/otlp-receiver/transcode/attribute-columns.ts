import { lowCardinalityColumn } from '../native/low-cardinality-column.js';
import { mapColumn } from '../native/nested-columns.js';
import { float64Column, stringColumn, uint64Column } from '../native/scalar-columns.js';

/** Attributes as they are stored: few keys, any text. */
export const textMap = () => mapColumn(lowCardinalityColumn(), stringColumn());

/** What spans and log records have of their resource, their scope and themselves. */
export const attributeColumns = () => ({
  ResourceHash: uint64Column(),
  ResourceAttrs: textMap(),
  ResourceSchemaUrl: lowCardinalityColumn(),
  ScopeName: lowCardinalityColumn(),
  ScopeVersion: lowCardinalityColumn(),
  ScopeAttrs: textMap(),
  ScopeSchemaUrl: lowCardinalityColumn(),
  Attrs: textMap(),
  AttrsNum: mapColumn(lowCardinalityColumn(), float64Column()),
});
