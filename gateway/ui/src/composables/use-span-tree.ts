import { computed, type Ref, shallowRef, watch } from 'vue';
import { serviceShares } from '../model/trace/service-share.js';
import { createSpanMatcher, nextMatch, type SpanSearch } from '../model/trace/span-search.js';
import { ancestorsOf, buildSpanTree, visibleNodes } from '../model/trace/span-tree.js';
import type { Trace } from '../model/trace.js';

/** The tree of a trace with what the reader has done to it: closed branches, a cursor and a search. */
export function useSpanTree(trace: Readonly<Ref<Trace | undefined>>) {
  const tree = computed(() => buildSpanTree(trace.value?.spans ?? []));
  const spans = computed(() => tree.value.nodes.map((node) => node.span));
  const collapsed = shallowRef<ReadonlySet<number>>(new Set());
  const cursor = shallowRef(-1);
  const search = shallowRef<SpanSearch>({ text: '', errorsOnly: false });
  const matcher = computed(() => createSpanMatcher(spans.value));
  const matches = computed(() => matcher.value(search.value));

  // Positions mean nothing in another tree.
  watch(tree, () => {
    collapsed.value = new Set();
    cursor.value = -1;
  });

  function toggle(index: number): void {
    const next = new Set(collapsed.value);
    if (!next.delete(index)) next.add(index);
    collapsed.value = next;
  }

  function collapseAll(): void {
    const parents = tree.value.nodes.filter((node) => node.childCount > 0);
    collapsed.value = new Set(parents.map((node) => node.index));
  }

  function expandAll(): void {
    collapsed.value = new Set();
  }

  /** Puts the cursor on a node and opens what hides it. */
  function moveTo(index: number): void {
    const node = tree.value.nodes[index];
    if (!node) return;
    const ancestors = new Set(ancestorsOf(tree.value.nodes, node));
    const stillClosed = [...collapsed.value].filter((closed) => !ancestors.has(closed));
    if (stillClosed.length < collapsed.value.size) collapsed.value = new Set(stillClosed);
    cursor.value = index;
  }

  function stepToMatch(step: 1 | -1): void {
    const next = nextMatch(matches.value ?? [], cursor.value, step);
    if (next !== undefined) moveTo(next);
  }

  return {
    tree,
    services: computed(() => serviceShares(spans.value)),
    visible: computed(() => visibleNodes(tree.value.nodes, collapsed.value)),
    collapsed,
    cursor,
    search,
    matches,
    toggle,
    collapseAll,
    expandAll,
    moveTo,
    stepToMatch,
  };
}
