import type { GroupRow } from '../../sql/metrics/series-groups.js';
import { EACH_SERIES, type GroupKeys } from '../selection.js';

export type Labels = Readonly<Record<string, string>>;

/** What finds the same line in the rows of another statement. */
export interface LineId {
  readonly key: readonly string[];
  readonly unit: string;
  readonly is_level?: 0 | 1;
}

export function lineIdOf({ key, unit, is_level = 0 }: LineId): string {
  return JSON.stringify([key, unit, is_level]);
}

/** The labels of every line, in the order of the groups. */
export function labelsOf(groups: readonly GroupRow[], groupBy: GroupKeys): readonly Labels[] {
  if (groupBy !== EACH_SERIES)
    return groups.map(({ key }) =>
      Object.fromEntries(groupBy.map((name, index) => [name, key[index] ?? ''])),
    );
  const surroundings = groups.map(surroundingOf);
  const telling = differing(surroundings);
  return groups.map(({ attributes }, index) => ({
    ...only(surroundings[index] ?? {}, telling),
    ...attributes,
  }));
}

/** What a series is besides its own attributes. */
function surroundingOf(row: GroupRow): Labels {
  return {
    ...row.scope_attributes,
    'otel.scope.name': row.scope_name,
    'otel.scope.version': row.scope_version,
    'otel.temporality': row.temporality,
    ...row.resource_attributes,
  };
}

/** Names that do not have one value everywhere: without them two series could look the same. */
function differing(all: readonly Labels[]): ReadonlySet<string> {
  const [first = {}] = all;
  const names = new Set<string>();
  for (const labels of all)
    for (const name of new Set([...Object.keys(first), ...Object.keys(labels)]))
      if (labels[name] !== first[name]) names.add(name);
  return names;
}

function only(labels: Labels, names: ReadonlySet<string>): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.has(name)));
}
