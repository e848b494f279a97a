/** Short while nothing is shown, so that a first trace appears within three seconds. */
const emptyDelayMs = 2_000;
const usualDelayMs = 5_000;
const longestDelayMs = 60_000;

export interface RefreshState {
  readonly isEmpty: boolean;
  /** Refreshes that failed in a row. */
  readonly failures: number;
  /** What the server asked for with Retry-After. */
  readonly retryAfterMs: number | undefined;
}

/** How long to wait before the next automatic refresh: doubles while refreshes fail. */
export function refreshDelayMs({ isEmpty, failures, retryAfterMs = 0 }: RefreshState): number {
  if (failures === 0) return isEmpty ? emptyDelayMs : usualDelayMs;
  return Math.max(retryAfterMs, Math.min(longestDelayMs, usualDelayMs * 2 ** failures));
}
