import type { Attributes, Span } from '../trace.js';

export interface SpanSearch {
  readonly text: string;
  readonly errorsOnly: boolean;
}

const pairs = (attributes: Attributes): string[] =>
  Object.entries(attributes).map(([key, value]) => `${key}=${value}`);

function searchText(span: Span): string {
  const own = [span.operation, span.serviceName, span.spanId, span.kind, span.statusMessage];
  const events = span.events.flatMap((event) => [event.name, ...pairs(event.attributes)]);
  return [...own, ...pairs(span.attributes), ...pairs(span.resourceAttributes), ...events]
    .join('\n')
    .toLowerCase();
}

export type SpanMatcher = (search: SpanSearch) => readonly number[] | undefined;

/**
 * Prepares a search over spans. The matcher answers the positions that match, or undefined when
 * the search asks for nothing. `key=value` finds an attribute; letter case does not matter.
 */
export function createSpanMatcher(spans: readonly Span[]): SpanMatcher {
  // Lower-casing every attribute of a large trace on each key press would be felt; once is enough.
  let texts: readonly string[] | undefined;
  return ({ text, errorsOnly }) => {
    const needle = text.trim().toLowerCase();
    if (needle === '' && !errorsOnly) return undefined;
    texts ??= spans.map(searchText);
    const found: number[] = [];
    spans.forEach((span, position) => {
      if (errorsOnly && !span.isError) return;
      if (texts?.[position]?.includes(needle)) found.push(position);
    });
    return found;
  };
}

/** The match after (`step` 1) or before (-1) a position, going round at the ends. */
export function nextMatch(matches: readonly number[], from: number, step: 1 | -1): number | undefined {
  if (step === 1) return matches.find((position) => position > from) ?? matches[0];
  return matches.findLast((position) => position < from) ?? matches.at(-1);
}
