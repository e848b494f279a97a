import { describe, expect, it } from 'vitest';
import type { LogRow } from '../../sql/logs/log-columns.js';
import { TailWindow } from './tail-window.js';

/** Rows of a store that grows, and what a look at it gives. */
class Model {
  rows: { second: number; content: number }[] = [];

  add(second: number, ...contents: number[]): void {
    this.rows.push(...contents.map((content) => ({ second, content })));
  }

  counts() {
    const bySecond = new Map<number, number>();
    for (const { second } of this.rows) bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    return [...bySecond].map(([second, records]) => ({ second: String(second), records: String(records) }));
  }

  /** Newest first, each row once, at most `limit`. */
  read(seconds: readonly number[], limit: number): LogRow[] {
    const keys = this.rows.filter(({ second }) => seconds.includes(second));
    const unique = new Map(keys.map((row) => [`${row.second}/${row.content}`, row]));
    const sorted = [...unique.values()].sort((a, b) => b.second - a.second || b.content - a.content);
    return sorted
      .slice(0, limit)
      .map(({ second, content }) => ({ time: `${second}000000000`, content: String(content) }) as LogRow);
  }
}

function tail(limit: number) {
  const store = new Model();
  const window = new TailWindow(limit);
  const contentsOf = (rows: readonly LogRow[]) => rows.map(({ content }) => Number(content));
  return {
    store,
    begin: () => {
      const plan = window.begin(store.counts());
      window.accept(plan, store.read(plan.seconds, limit));
    },
    poll: (from = 0) => {
      const plan = window.plan(store.counts(), from);
      const { rows, dropped } = window.accept(plan, store.read(plan.seconds, limit));
      return { contents: contentsOf(rows), dropped };
    },
  };
}

describe('a live tail', () => {
  it('shows what arrives, oldest first, and nothing twice', () => {
    const { store, begin, poll } = tail(10);
    store.add(100, 1, 2);
    begin();
    expect(poll()).toEqual({ contents: [], dropped: 0 });
    store.add(101, 4, 3);
    store.add(102, 5);
    expect(poll()).toEqual({ contents: [3, 4, 5], dropped: 0 });
    expect(poll()).toEqual({ contents: [], dropped: 0 });
  });

  it('shows a row that comes late, also into a second that has rows already', () => {
    const { store, begin, poll } = tail(10);
    store.add(100, 1, 5);
    begin();
    store.add(103, 6);
    poll();
    store.add(100, 3);
    store.add(99, 9);
    expect(poll()).toEqual({ contents: [9, 3], dropped: 0 });
  });

  it('does not show a record again that was delivered again, nor counts it as dropped', () => {
    const { store, begin, poll } = tail(10);
    begin();
    store.add(100, 1);
    poll();
    store.add(100, 1);
    expect(poll()).toEqual({ contents: [], dropped: 0 });
  });

  it('counts what it has no room for', () => {
    const { store, begin, poll } = tail(3);
    begin();
    store.add(100, 1, 2);
    store.add(101, 3, 4);
    store.add(102, 5, 6);
    expect(poll()).toEqual({ contents: [4, 5, 6], dropped: 3 });
    store.add(103, 7);
    expect(poll()).toEqual({ contents: [7], dropped: 0 });
  });

  it('does not take for new what was there before and could not be read', () => {
    const { store, begin, poll } = tail(3);
    store.add(100, 1, 2);
    store.add(101, 3, 4);
    begin();
    store.add(100, 9);
    store.add(101, 10);
    expect(poll()).toEqual({ contents: [10], dropped: 0 });
  });

  it('forgets what is past its overlap', () => {
    const { store, begin, poll } = tail(10);
    begin();
    store.add(100, 1);
    poll();
    store.rows = [];
    expect(poll(101)).toEqual({ contents: [], dropped: 0 });
    store.add(102, 2);
    expect(poll(101)).toEqual({ contents: [2], dropped: 0 });
  });
});
