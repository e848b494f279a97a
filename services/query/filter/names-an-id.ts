import {
  type Comparison,
  FieldScope,
  type Filter,
  Operator,
} from '../../../gen/es/gob/query/v1/filter_pb.js';
import { textOf } from './operands.js';

/** Shorter ones with a digit in them are as often versions, ports and status codes, which many items have. */
const MIN_ID_CHARACTERS = 6;
const HAS_DIGIT = /[0-9]/;

/** Whether a text looks like the id of something, as most words with digits do. A guess. */
export function isLikelyId(text: string): boolean {
  return text.length >= MIN_ID_CHARACTERS && HAS_DIGIT.test(text);
}

/**
 * Whether a filter lets in only items of which an attribute is what looks like an id, so that few can be expected however long the
 * range is. Only attributes that have an index are of interest: those of the item itself.
 */
export function namesAnId(filter: Filter): boolean {
  const { node } = filter;
  if (node.case === 'all') return node.value.filters.some(namesAnId);
  return node.case === 'comparison' && isId(node.value);
}

function isId({ field, operator, values }: Comparison): boolean {
  const isIndexed = field?.scope === FieldScope.ITEM;
  return isIndexed && operator === Operator.EQUAL && values.every((value) => isLikelyId(textOf(value)));
}
