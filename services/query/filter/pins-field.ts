import { FieldScope, type Filter, Operator } from '../../../gen/es/gob/query/v1/filter_pb.js';

/** Whether a filter lets in one value of a field only. */
export function pinsField(filter: Filter, name: string): boolean {
  const { node } = filter;
  if (node.case === 'all') return node.value.filters.some((part) => pinsField(part, name));
  if (node.case !== 'comparison') return false;
  const { field, operator, values } = node.value;
  const isField = field?.scope === FieldScope.UNSPECIFIED && field.name === name;
  return isField && operator === Operator.EQUAL && values.length === 1;
}
