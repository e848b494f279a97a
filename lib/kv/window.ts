/**
 * A sliding-window counter: time is cut into windows; what was spent in the last `windowMs` is taken to be the current window's
 * sum plus the previous one's, weighted by how much of it still lies within `windowMs` (as if it had been spent evenly).
 */

/** One counter of a key. Several may count the same unit: of everything, and of a part of it. */
export interface WindowCounter {
  readonly name: string;
  /** Position of its unit in `amounts`. */
  readonly unit: number;
  /** Most that may be spent in any `windowMs`. */
  readonly limit: number;
}

/** What is asked of one unit. */
export interface WindowAmount {
  /** Granted whole, or nothing is granted at all. */
  readonly need: number;
  /** Granted beyond `need` as far as there is room. */
  readonly want: number;
}

/** Spent (positive) or given back (negative) in a window of the past. What lies before the previous window is over and forgotten. */
export interface WindowAdjustment {
  /** Number of the window. */
  readonly index: number;
  /** By unit. */
  readonly amounts: readonly number[];
}

export interface WindowRequest {
  readonly key: string;
  readonly windowMs: number;
  readonly counters: readonly WindowCounter[];
  readonly amounts: readonly WindowAmount[];
  /** Of what is left, the share that `want` may take beyond `need`: 0 to 1. */
  readonly share: number;
  /** Entered before the check, also when the check fails. */
  readonly adjustments?: readonly WindowAdjustment[];
  /** Answers without adding what would be granted. */
  readonly isDryRun?: boolean;
}

export interface WindowRefusal {
  /** The counter with the longest wait. */
  readonly counter: WindowCounter;
  /** What it holds, weighted, rounded up. */
  readonly used: number;
  /** When `need` would fit if nothing else were spent; Infinity when it never fits. */
  readonly waitMs: number;
}

export interface WindowAnswer {
  /** Number of the window that was current. */
  readonly index: number;
  /** By unit; undefined when refused. */
  readonly granted: readonly number[] | undefined;
  readonly refusal: WindowRefusal | undefined;
}

export interface WindowState {
  index: number;
  current: number;
  previous: number;
}

/** The algorithm on states in memory. The Lua script of the Redis implementation does the same, operation by operation. */
export function spendWindow(
  states: Map<string, WindowState>,
  request: WindowRequest,
  nowMs: number,
): WindowAnswer {
  const { windowMs, counters, amounts, share } = request;
  const index = Math.floor(nowMs / windowMs);
  const leftMs = windowMs - (nowMs - index * windowMs);
  const granted = amounts.map(({ need, want }) => Math.max(need, want));
  let refusal: WindowRefusal | undefined;
  for (const counter of counters) {
    const state = rolled(states.get(counter.name), index);
    states.set(counter.name, state);
    adjust(state, counter.unit, request.adjustments ?? []);
    const need = amounts[counter.unit]?.need ?? 0;
    const used = (state.previous * leftMs) / windowMs + state.current;
    const room = Math.max(need, Math.floor((counter.limit - used) * share));
    granted[counter.unit] = Math.min(granted[counter.unit] ?? 0, room);
    if (used + need <= counter.limit) continue;
    const waitMs = waitFor(state, { need, limit: counter.limit, windowMs, leftMs });
    if (refusal === undefined || waitMs > refusal.waitMs)
      refusal = { counter, used: Math.ceil(used), waitMs };
  }
  if (refusal) return { index, granted: undefined, refusal };
  if (!request.isDryRun) {
    for (const { name, unit } of counters) {
      const state = states.get(name);
      if (state) state.current += granted[unit] ?? 0;
    }
  }
  return { index, granted, refusal: undefined };
}

function rolled(state: WindowState | undefined, index: number): WindowState {
  if (state === undefined || state.index < index - 1) return { index, current: 0, previous: 0 };
  // A clock that goes back stays in the window that it has reached.
  if (state.index >= index) return state;
  return { index, current: 0, previous: state.current };
}

function adjust(state: WindowState, unit: number, adjustments: readonly WindowAdjustment[]): void {
  for (const { index, amounts } of adjustments) {
    const amount = amounts[unit] ?? 0;
    if (index >= state.index) state.current = Math.max(0, state.current + amount);
    else if (index === state.index - 1) state.previous = Math.max(0, state.previous + amount);
  }
}

interface WaitFacts {
  readonly need: number;
  readonly limit: number;
  readonly windowMs: number;
  /** Until the current window ends. */
  readonly leftMs: number;
}

function waitFor({ current, previous }: WindowState, { need, limit, windowMs, leftMs }: WaitFacts): number {
  const spare = limit - need;
  if (spare < 0) return Number.POSITIVE_INFINITY;
  if (current <= spare) return Math.ceil(leftMs - ((spare - current) * windowMs) / previous);
  return Math.ceil(leftMs + windowMs - (spare * windowMs) / current);
}
