/**
 * A sliding-window counter: a window is cut into slices; what was spent in the last `windowMs` is the sum of the slices that lie
 * within it plus the oldest one's, weighted by how much of it still does (as if it had been spent evenly). So the sum is wrong
 * by less than one slice.
 */

/** With one slice a sender that comes in bursts gets some percent too much; with ten it is within half a percent. */
export const SLICES = 10;

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
  /** Granted as far as there is room; at least `need` to be of effect. Default: `need`. */
  readonly demand?: number;
  /** Granted beyond that out of a share of the room. */
  readonly want: number;
}

/** Spent (positive) or given back (negative) in a slice of the past. What has left the window is over and forgotten. */
export interface WindowAdjustment {
  /** Number of the slice. */
  readonly index: number;
  /** By unit. */
  readonly amounts: readonly number[];
}

export interface WindowRequest {
  readonly key: string;
  /** A multiple of `SLICES`. */
  readonly windowMs: number;
  readonly counters: readonly WindowCounter[];
  readonly amounts: readonly WindowAmount[];
  /** Of what is left, the share that `want` may take: 0 to 1. */
  readonly share: number;
  /** Entered before the check, also when the check fails. */
  readonly adjustments?: readonly WindowAdjustment[];
  /** Answers without adding what would be granted. */
  readonly isDryRun?: boolean;
  /** The `epoch` of the last answer about this key. When the store has lost the key since and there is no `seed`, nothing is done. */
  readonly known?: string;
  /** The counters as they were `known`, by position: what the store does not hold of them it takes over, once for all who tell. */
  readonly seed?: readonly (WindowState | undefined)[];
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
  /** Number of the slice that was current. */
  readonly index: number;
  /** By unit; undefined when refused. */
  readonly granted: readonly number[] | undefined;
  readonly refusal: WindowRefusal | undefined;
  /** Another one whenever the key was begun anew. */
  readonly epoch: string;
  /** Neither granted nor refused: the store knows nothing of what was `known`. */
  readonly isLost: boolean;
  /** The counters afterwards, by position. */
  readonly after: readonly WindowState[];
}

/** One counter. */
export interface WindowState {
  index: number;
  /** Of the current slice, the one before it, and so on to the one that is leaving the window. */
  sums: number[];
}

/** What a store keeps under one key. */
export interface WindowRecord {
  readonly epoch: string;
  readonly states: Map<string, WindowState>;
  /** What was taken over from those who knew an earlier epoch, by counter; it is in the states. */
  readonly seeds: Map<string, WindowState>;
}

/** The algorithm on a record in memory. The Lua script of the Redis implementation does the same, operation by operation. */
export function spendWindow(record: WindowRecord, request: WindowRequest, nowMs: number): WindowAnswer {
  const { epoch, states, seeds } = record;
  const { windowMs, counters, amounts, share, seed, known = epoch } = request;
  const sliceMs = windowMs / SLICES;
  const index = Math.floor(nowMs / sliceMs);
  const leftMs = sliceMs - (nowMs - index * sliceMs);
  const granted = amounts.map(({ need, demand = need, want }) => Math.max(need, demand, want));
  let refusal: WindowRefusal | undefined;
  if (known !== epoch && !seed) return { index, granted: undefined, refusal, epoch, isLost: true, after: [] };
  for (const [position, counter] of counters.entries()) {
    const { name } = counter;
    let state = rolled(states.get(name), index);
    const told = seed?.[position];
    if (told && known === epoch) state = largerOf(state, told);
    else if (told) {
      const before = seeds.get(name) ?? rolled(undefined, index);
      const taken = largerOf(before, told);
      seeds.set(name, taken);
      state = raised(state, before, taken);
    }
    states.set(name, state);
    adjust(state, counter.unit, request.adjustments ?? []);
    const { need = 0, demand = need } = amounts[counter.unit] ?? {};
    const within = sumOf(state.sums.slice(0, SLICES));
    const used = within + ((state.sums[SLICES] ?? 0) * leftMs) / sliceMs;
    const room = Math.floor(counter.limit - used);
    const most = Math.max(need, Math.min(demand, room), Math.floor(room * share));
    granted[counter.unit] = Math.min(granted[counter.unit] ?? 0, most);
    if (used + need <= counter.limit) continue;
    const waitMs = waitFor(state.sums, { within, spare: counter.limit - need, sliceMs, leftMs });
    if (refusal === undefined || waitMs > refusal.waitMs)
      refusal = { counter, used: Math.ceil(used), waitMs };
  }
  if (!refusal && !request.isDryRun)
    for (const { name, unit } of counters) addTo(states.get(name), granted[unit] ?? 0);
  const after = counters.map(({ name }) => copyOf(states.get(name)));
  return { index, granted: refusal ? undefined : granted, refusal, epoch, isLost: false, after };
}

/** A state that holds in addition what `after` has more than `before`. */
function raised(state: WindowState, before: WindowState, after: WindowState): WindowState {
  const index = Math.max(state.index, after.index);
  const [one, less, more] = [state, before, after].map((each) => rolled(each, index).sums);
  return { index, sums: (one ?? []).map((sum, age) => sum + (more?.[age] ?? 0) - (less?.[age] ?? 0)) };
}

/** The state that holds, slice by slice, the larger of both. */
export function largerOf(state: WindowState, other: WindowState | undefined): WindowState {
  if (!other) return state;
  const index = Math.max(state.index, other.index);
  const [one, two] = [rolled(state, index), rolled(other, index)];
  return { index, sums: one.sums.map((sum, age) => Math.max(sum, two.sums[age] ?? 0)) };
}

function copyOf(state: WindowState | undefined): WindowState {
  return { index: state?.index ?? 0, sums: [...(state?.sums ?? [])] };
}

function rolled(state: WindowState | undefined, index: number): WindowState {
  const passed = index - (state?.index ?? 0);
  if (state === undefined || passed > SLICES)
    return { index, sums: Array.from({ length: SLICES + 1 }, () => 0) };
  // A clock that goes back stays in the slice that it has reached.
  if (passed <= 0) return state;
  const fresh = Array.from({ length: passed }, () => 0);
  return { index, sums: [...fresh, ...state.sums.slice(0, SLICES + 1 - passed)] };
}

function adjust({ index, sums }: WindowState, unit: number, adjustments: readonly WindowAdjustment[]): void {
  for (const adjustment of adjustments) {
    const age = Math.max(0, index - adjustment.index);
    if (age <= SLICES) sums[age] = Math.max(0, (sums[age] ?? 0) + (adjustment.amounts[unit] ?? 0));
  }
}

function addTo(state: WindowState | undefined, amount: number): void {
  if (state) state.sums[0] = (state.sums[0] ?? 0) + amount;
}

interface WaitFacts {
  /** Sum of the slices but the oldest. */
  readonly within: number;
  /** What may be left of all slices. */
  readonly spare: number;
  readonly sliceMs: number;
  /** Until the current slice ends. */
  readonly leftMs: number;
}

/** Slices leave the window one after the other, the oldest is on its way. */
function waitFor(sums: readonly number[], { within, spare, sliceMs, leftMs }: WaitFacts): number {
  if (spare < 0) return Number.POSITIVE_INFINITY;
  let [rest, waitMs] = [within, leftMs];
  for (let age = SLICES; age > 0; age--) {
    const leaving = sums[age] ?? 0;
    if (rest <= spare) return Math.ceil(waitMs - ((spare - rest) * sliceMs) / leaving);
    waitMs += sliceMs;
    rest -= sums[age - 1] ?? 0;
  }
  return Math.ceil(waitMs - ((spare - rest) * sliceMs) / (sums[0] ?? 0));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
