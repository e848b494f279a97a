import type { Span } from '../trace.js';

/** One span at its place in the depth-first order of the tree. */
export interface SpanNode {
  readonly span: Span;
  /** Position in `SpanTree.nodes`; unique even where two spans share an id. */
  readonly index: number;
  /** -1 for a root. */
  readonly parentIndex: number;
  readonly depth: number;
  readonly childCount: number;
  /** The descendants are the nodes from `index + 1` up to, not including, this position. */
  readonly subtreeEnd: number;
}

export interface SpanTree {
  readonly nodes: readonly SpanNode[];
  readonly rootCount: number;
  /** Spans whose parent is not in the trace, or whose chain of parents runs in a circle. */
  readonly orphanCount: number;
  readonly startUnixNano: bigint;
  readonly durationNano: number;
}

interface Links {
  readonly parents: Int32Array;
  readonly children: readonly number[][];
  readonly roots: readonly number[];
  readonly orphanCount: number;
}

function byStart(a: Span, b: Span): number {
  if (a.startUnixNano === b.startUnixNano) return 0;
  return a.startUnixNano < b.startUnixNano ? -1 : 1;
}

function indexById(spans: readonly Span[]): Map<string, number> {
  const positions = new Map<string, number>();
  spans.forEach((span, position) => {
    const id = span.spanId.toUpperCase();
    if (!positions.has(id)) positions.set(id, position);
  });
  return positions;
}

function linkSpans(spans: readonly Span[]): Links {
  const positions = indexById(spans);
  const parents = new Int32Array(spans.length).fill(-1);
  const children = spans.map((): number[] => []);
  const roots: number[] = [];
  let orphanCount = 0;
  spans.forEach((span, position) => {
    const parent = positions.get(span.parentSpanId.toUpperCase());
    if (parent !== undefined && parent !== position) {
      parents[position] = parent;
      children[parent]?.push(position);
      return;
    }
    roots.push(position);
    if (span.parentSpanId !== '') orphanCount += 1;
  });
  return { parents, children, roots, orphanCount };
}

/** Depth-first without recursion: a chain of ten thousand spans would overflow the call stack. */
function visit(root: number, links: Links, order: number[], seen: Uint8Array): void {
  const stack = [root];
  for (let position = stack.pop(); position !== undefined; position = stack.pop()) {
    if (seen[position]) continue;
    seen[position] = 1;
    order.push(position);
    const children = links.children[position] ?? [];
    for (let i = children.length - 1; i >= 0; i -= 1) stack.push(children[i] ?? 0);
  }
}

function depthFirst(links: Links, spanCount: number): { order: number[]; cutRoots: ReadonlySet<number> } {
  const order: number[] = [];
  const seen = new Uint8Array(spanCount);
  for (const root of links.roots) visit(root, links, order, seen);
  // What no root reaches is a circle of parents: cut it open at its earliest span.
  const cutRoots = new Set<number>();
  for (let position = 0; position < spanCount; position += 1) {
    if (seen[position]) continue;
    cutRoots.add(position);
    visit(position, links, order, seen);
  }
  return { order, cutRoots };
}

function toNodes(spans: readonly Span[], links: Links, order: readonly number[], cut: ReadonlySet<number>) {
  const indexOf = new Int32Array(spans.length);
  order.forEach((position, index) => {
    indexOf[position] = index;
  });
  const drafts: { -readonly [K in keyof SpanNode]: SpanNode[K] }[] = [];
  order.forEach((position, index) => {
    const parent = links.parents[position] ?? -1;
    const parentIndex = parent < 0 || cut.has(position) ? -1 : (indexOf[parent] ?? -1);
    const depth = parentIndex < 0 ? 0 : (drafts[parentIndex]?.depth ?? 0) + 1;
    const span = spans[position];
    if (span) drafts.push({ span, index, parentIndex, depth, childCount: 0, subtreeEnd: index + 1 });
  });
  for (const node of drafts.toReversed()) {
    const parent = drafts[node.parentIndex];
    if (!parent) continue;
    parent.childCount += 1;
    parent.subtreeEnd = Math.max(parent.subtreeEnd, node.subtreeEnd);
  }
  return drafts;
}

function measure(spans: readonly Span[]): Pick<SpanTree, 'startUnixNano' | 'durationNano'> {
  const start = spans[0]?.startUnixNano ?? 0n;
  let durationNano = 0;
  for (const span of spans) {
    durationNano = Math.max(durationNano, Number(span.startUnixNano - start) + span.durationNano);
  }
  return { startUnixNano: start, durationNano };
}

/**
 * Orders the spans of a trace as a tree: siblings by start time, equal starts in the order given.
 * Every span appears exactly once, whatever its parent says.
 */
export function buildSpanTree(unsorted: readonly Span[]): SpanTree {
  const spans = unsorted.toSorted(byStart);
  const links = linkSpans(spans);
  const { order, cutRoots } = depthFirst(links, spans.length);
  return {
    nodes: toNodes(spans, links, order, cutRoots),
    rootCount: links.roots.length + cutRoots.size,
    orphanCount: links.orphanCount + cutRoots.size,
    ...measure(spans),
  };
}

/** The nodes on show when the children of `collapsed` are hidden. */
export function visibleNodes(
  nodes: readonly SpanNode[],
  collapsed: ReadonlySet<number>,
): readonly SpanNode[] {
  if (collapsed.size === 0) return nodes;
  const visible: SpanNode[] = [];
  for (
    let node = nodes[0];
    node;
    node = nodes[collapsed.has(node.index) ? node.subtreeEnd : node.index + 1]
  ) {
    visible.push(node);
  }
  return visible;
}

/** From the parent up to the root: what must be expanded before the node can be seen. */
export function ancestorsOf(nodes: readonly SpanNode[], node: SpanNode): readonly number[] {
  const path: number[] = [];
  for (let up = nodes[node.parentIndex]; up; up = nodes[up.parentIndex]) path.push(up.index);
  return path;
}

/** What is missing from the trace, as sentences; empty for a whole trace. */
export function describeGaps(tree: SpanTree): readonly string[] {
  const gaps: string[] = [];
  const { orphanCount, rootCount } = tree;
  if (orphanCount > 0) {
    const who = orphanCount === 1 ? '1 span names' : `${orphanCount} spans name`;
    gaps.push(`${who} a parent that is not in this trace.`);
  }
  const trueRoots = rootCount - orphanCount;
  if (trueRoots > 1) gaps.push(`There are ${trueRoots} root spans where one is expected.`);
  if (trueRoots === 0 && tree.nodes.length > 0) gaps.push('The root span is missing.');
  return gaps;
}
