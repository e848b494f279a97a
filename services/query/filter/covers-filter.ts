import { FieldScope, type Filter } from '../../../gen/es/gob/query/v1/filter_pb.js';
import type { FilterFields } from './fields.js';
import { leavesOf } from './read-selection.js';

/** Whether a table has everything that a filter asks about. */
export function coversFilter(fields: FilterFields, filter: Filter): boolean {
  return [...leavesOf(filter)].every(({ node }) => {
    const field =
      node.case === 'comparison' ? node.value.field : node.case === 'exists' ? node.value : undefined;
    if (!field) return false;
    return field.scope === FieldScope.UNSPECIFIED && Object.hasOwn(fields.intrinsics, field.name);
  });
}
