import type { SpanNode } from './span-tree.js';

export interface TreeView {
  readonly nodes: readonly SpanNode[];
  readonly visible: readonly SpanNode[];
  readonly collapsed: ReadonlySet<number>;
  /** The node the keyboard is at, by its index; -1 before the first key. */
  readonly cursor: number;
  readonly pageRows: number;
}

export type TreeMove = { readonly cursor: number } | { readonly toggle: number };

function step(view: TreeView, rows: number): TreeMove | undefined {
  const row = view.visible.findIndex((node) => node.index === view.cursor);
  const target = Math.max(0, Math.min(view.visible.length - 1, row + rows));
  const node = view.visible[row < 0 ? 0 : target];
  return node && { cursor: node.index };
}

function moveIn(view: TreeView, node: SpanNode): TreeMove | undefined {
  if (node.childCount === 0) return undefined;
  return view.collapsed.has(node.index) ? { toggle: node.index } : { cursor: node.index + 1 };
}

function moveOut(view: TreeView, node: SpanNode): TreeMove | undefined {
  if (node.childCount > 0 && !view.collapsed.has(node.index)) return { toggle: node.index };
  return node.parentIndex < 0 ? undefined : { cursor: node.parentIndex };
}

/** What a key does in the tree, after the ARIA tree grid pattern; undefined for every other key. */
export function moveByKey(key: string, view: TreeView): TreeMove | undefined {
  const node = view.nodes[view.cursor];
  switch (key) {
    case 'ArrowDown':
      return step(view, 1);
    case 'ArrowUp':
      return step(view, -1);
    case 'PageDown':
      return step(view, view.pageRows);
    case 'PageUp':
      return step(view, -view.pageRows);
    case 'Home':
      return step(view, -view.visible.length);
    case 'End':
      return step({ ...view, cursor: view.visible[0]?.index ?? -1 }, view.visible.length);
    case 'ArrowRight':
      return node && moveIn(view, node);
    case 'ArrowLeft':
      return node && moveOut(view, node);
    default:
      return undefined;
  }
}
