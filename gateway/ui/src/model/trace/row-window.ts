export interface Viewport {
  readonly scrollTopPx: number;
  readonly heightPx: number;
  readonly rowHeightPx: number;
  readonly rowCount: number;
}

/** Rows beyond each edge, so that fast scrolling shows no gap before the next frame. */
const overscanRows = 12;

/** The rows to keep in the document: from `first` up to, not including, `end`. */
export function rowWindow(view: Viewport): { readonly first: number; readonly end: number } {
  const top = Math.floor(view.scrollTopPx / view.rowHeightPx);
  const bottom = Math.ceil((view.scrollTopPx + view.heightPx) / view.rowHeightPx);
  const first = Math.max(0, Math.min(top - overscanRows, view.rowCount));
  return { first, end: Math.max(first, Math.min(view.rowCount, bottom + overscanRows)) };
}

/** The nearest scroll position that shows the row completely; unchanged when it is in view already. */
export function scrollToShow(row: number, view: Viewport): number {
  const top = row * view.rowHeightPx;
  if (top < view.scrollTopPx) return top;
  const lowest = top + view.rowHeightPx - view.heightPx;
  return Math.max(view.scrollTopPx, lowest);
}
