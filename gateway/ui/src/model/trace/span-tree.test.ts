import { describe, expect, it } from 'vitest';
import { testSpan } from './span-fixture.js';
import { ancestorsOf, buildSpanTree, describeGaps, type SpanTree, visibleNodes } from './span-tree.js';

const outline = (tree: SpanTree): string[] =>
  tree.nodes.map((node) => `${'-'.repeat(node.depth)}${node.span.spanId}`);

describe('buildSpanTree', () => {
  it('nests children under parents and orders siblings by nanosecond', () => {
    const tree = buildSpanTree([
      testSpan('C', 'A', 3),
      testSpan('B', 'A', 2),
      testSpan('D', 'B', 5),
      testSpan('A', ''),
    ]);
    expect(outline(tree)).toEqual(['A', '-B', '--D', '-C']);
    expect(tree.nodes.map((node) => node.subtreeEnd)).toEqual([4, 3, 3, 4]);
    expect(tree.nodes.map((node) => node.childCount)).toEqual([2, 1, 0, 0]);
    expect(describeGaps(tree)).toEqual([]);
  });

  it('keeps the given order of equal starts', () => {
    const tree = buildSpanTree([testSpan('A', ''), testSpan('Z', 'A'), testSpan('B', 'A')]);
    expect(outline(tree)).toEqual(['A', '-Z', '-B']);
  });

  it('matches parents whatever the case of the hex digits', () => {
    expect(outline(buildSpanTree([testSpan('AB', ''), testSpan('C', 'ab', 1)]))).toEqual(['AB', '-C']);
  });

  it('shows a span with an unknown parent as a root and says so', () => {
    const tree = buildSpanTree([testSpan('A', ''), testSpan('B', 'GONE', 1)]);
    expect(outline(tree)).toEqual(['A', 'B']);
    expect(describeGaps(tree)).toEqual(['1 span names a parent that is not in this trace.']);
  });

  it('reports several roots and a missing root', () => {
    expect(describeGaps(buildSpanTree([testSpan('A', ''), testSpan('B', '')]))).toEqual([
      'There are 2 root spans where one is expected.',
    ]);
    expect(describeGaps(buildSpanTree([testSpan('A', 'X')]))).toContain('The root span is missing.');
  });

  it('cuts circles of parents open and loses no span', () => {
    const tree = buildSpanTree([testSpan('A', 'B'), testSpan('B', 'A', 1), testSpan('S', 'S', 2)]);
    expect(outline(tree)).toEqual(['S', 'A', '-B']);
    expect(tree.orphanCount).toBe(2);
  });

  it('keeps both spans that share an id', () => {
    const tree = buildSpanTree([testSpan('A', ''), testSpan('B', 'A', 1), testSpan('B', 'A', 2)]);
    expect(outline(tree)).toEqual(['A', '-B', '-B']);
  });

  it('measures from the first start to the last end', () => {
    const late = testSpan('B', 'A', 500, { durationNano: 700 });
    const tree = buildSpanTree([late, testSpan('A', '', 100, { durationNano: 200 })]);
    expect(tree.durationNano).toBe(1100);
    expect(tree.startUnixNano).toBe(1_927_857_906_000_000_100n);
  });

  it('builds a chain of ten thousand spans', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => testSpan(`S${i}`, i ? `S${i - 1}` : '', i));
    expect(buildSpanTree(chain).nodes.at(-1)?.depth).toBe(9_999);
  });

  it('accepts a trace without spans', () => {
    expect(buildSpanTree([])).toMatchObject({ nodes: [], rootCount: 0, durationNano: 0 });
  });
});

describe('visibleNodes', () => {
  const { nodes } = buildSpanTree([
    testSpan('A', ''),
    testSpan('B', 'A', 1),
    testSpan('C', 'B', 2),
    testSpan('D', 'A', 3),
  ]);

  it('hides whole subtrees', () => {
    expect(visibleNodes(nodes, new Set([1])).map((node) => node.span.spanId)).toEqual(['A', 'B', 'D']);
    expect(visibleNodes(nodes, new Set([0, 1]))).toHaveLength(1);
  });

  it('names the ancestors to expand', () => {
    const deepest = nodes[2];
    expect(deepest && ancestorsOf(nodes, deepest)).toEqual([1, 0]);
  });
});
