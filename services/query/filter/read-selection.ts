import { create } from '@bufbuild/protobuf';
import {
  type Filter,
  FilterListSchema,
  FilterSchema,
  type Selection,
} from '../../../gen/es/gob/query/v1/filter_pb.js';
import { type Condition, compileFilter } from './compile-filter.js';
import type { FilterFields } from './fields.js';
import { filterError, located } from './filter-error.js';
import { FILTER_LIMITS } from './limits.js';
import { isMatch } from './operands.js';
import { parseFilter } from './parse-filter.js';

/** Both parts of a selection as one checked tree; undefined when every item is meant. */
export function readSelection(selection: Selection | undefined, fields: FilterFields): Filter | undefined {
  const checkLeaf = (leaf: Filter) => void compileFilter(leaf, fields);
  const parts = [selection?.filter, parseFilter(selection?.expression ?? '', { fields, checkLeaf })];
  const [first, second] = parts.filter((part) => part !== undefined);
  if (!first) return undefined;
  const filter = second
    ? create(FilterSchema, {
        node: { case: 'all', value: create(FilterListSchema, { filters: [first, second] }) },
      })
    : first;
  checkSize(filter);
  located(() => compileFilter(filter, fields));
  return filter;
}

/** The condition of a tree that `readSelection` has let in. */
export function conditionOf(filter: Filter, fields: FilterFields): Condition {
  return located(() => compileFilter(filter, fields));
}

/** Leaves of a tree, from the outside in; a tree that is too deep or too large is refused before it is walked whole. */
export function* leavesOf(filter: Filter, depth = 0): Generator<Filter> {
  if (depth > FILTER_LIMITS.depth + 2)
    throw filterError(`is nested more than ${FILTER_LIMITS.depth} levels deep.`);
  const { node } = filter;
  if (node.case === 'not') yield* leavesOf(node.value, depth + 1);
  else if (node.case === 'all' || node.case === 'any')
    for (const part of node.value.filters) yield* leavesOf(part, depth + 1);
  else yield filter;
}

function checkSize(filter: Filter): void {
  const { leaves, patterns, texts } = FILTER_LIMITS;
  const counts = { leaves: 0, patterns: 0, texts: 0 };
  for (const { node } of leavesOf(filter)) {
    counts.leaves++;
    if (node.case === 'comparison' && isMatch(node.value.operator)) counts.patterns++;
    if (node.case === 'text') counts.texts++;
    refuseOver(counts.leaves, leaves, 'conditions');
    refuseOver(counts.patterns, patterns, 'regular expressions');
    refuseOver(counts.texts, texts, 'free texts');
  }
}

function refuseOver(count: number, limit: number, what: string): void {
  if (count > limit) throw filterError(`has more than ${limit} ${what}.`);
}
