import { describe, expect, it } from 'vitest';
import { testSpan } from './span-fixture.js';
import { buildSpanTree, visibleNodes } from './span-tree.js';
import { moveByKey } from './tree-cursor.js';

const { nodes } = buildSpanTree([
  testSpan('A', ''),
  testSpan('B', 'A', 1),
  testSpan('C', 'B', 2),
  testSpan('D', 'A', 3),
]);

function press(key: string, cursor: number, ...collapsed: number[]) {
  const closed = new Set(collapsed);
  return moveByKey(key, {
    nodes,
    visible: visibleNodes(nodes, closed),
    collapsed: closed,
    cursor,
    pageRows: 2,
  });
}

describe('moveByKey', () => {
  it('walks the visible rows and stops at the ends', () => {
    expect(press('ArrowDown', 0)).toEqual({ cursor: 1 });
    expect(press('ArrowDown', 1, 1)).toEqual({ cursor: 3 });
    expect(press('ArrowDown', 3)).toEqual({ cursor: 3 });
    expect(press('ArrowUp', 0)).toEqual({ cursor: 0 });
  });

  it('starts at the first row', () => {
    expect(press('ArrowDown', -1)).toEqual({ cursor: 0 });
    expect(press('End', -1)).toEqual({ cursor: 3 });
  });

  it('moves by pages and to the ends', () => {
    expect(press('PageDown', 0)).toEqual({ cursor: 2 });
    expect(press('PageUp', 3)).toEqual({ cursor: 1 });
    expect(press('Home', 2)).toEqual({ cursor: 0 });
    expect(press('End', 0)).toEqual({ cursor: 3 });
  });

  it('closes, opens and climbs', () => {
    expect(press('ArrowLeft', 1)).toEqual({ toggle: 1 });
    expect(press('ArrowLeft', 1, 1)).toEqual({ cursor: 0 });
    expect(press('ArrowLeft', 2)).toEqual({ cursor: 1 });
    expect(press('ArrowRight', 1, 1)).toEqual({ toggle: 1 });
    expect(press('ArrowRight', 1)).toEqual({ cursor: 2 });
    expect(press('ArrowRight', 2)).toBeUndefined();
  });

  it('leaves other keys alone', () => {
    expect(press('a', 0)).toBeUndefined();
  });
});
