import { describe, expect, it } from 'vitest';
import { rowWindow, scrollToShow } from './row-window.js';

const view = { scrollTopPx: 0, heightPx: 280, rowHeightPx: 28, rowCount: 10_000 };

describe('rowWindow', () => {
  it('keeps the rows in view and a margin', () => {
    expect(rowWindow(view)).toEqual({ first: 0, end: 22 });
    expect(rowWindow({ ...view, scrollTopPx: 28_000 })).toEqual({ first: 988, end: 1022 });
  });

  it('stays inside the list when it shrinks under the scroll position', () => {
    expect(rowWindow({ ...view, scrollTopPx: 28_000, rowCount: 5 })).toEqual({ first: 5, end: 5 });
    expect(rowWindow({ ...view, rowCount: 0 })).toEqual({ first: 0, end: 0 });
  });
});

describe('scrollToShow', () => {
  it('moves no further than needed', () => {
    expect(scrollToShow(3, view)).toBe(0);
    expect(scrollToShow(10, view)).toBe(28);
    expect(scrollToShow(2, { ...view, scrollTopPx: 280 })).toBe(56);
  });
});
