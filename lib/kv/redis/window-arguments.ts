import type { WindowAnswer, WindowRequest, WindowState } from '../window.js';

/** Arguments of the script, in its order. */
export function encodeWindowRequest(
  { windowMs, share, isDryRun, known = '', amounts, counters, adjustments = [], seed = [] }: WindowRequest,
  nowMs: number | undefined,
): (string | number)[] {
  return [
    nowMs ?? '',
    windowMs,
    share,
    isDryRun ? 0 : 1,
    known,
    amounts.length,
    ...amounts.flatMap(({ need, demand = need, want }) => [need, demand, want]),
    counters.length,
    ...counters.flatMap(({ name, unit, limit }) => [name, unit, limit]),
    adjustments.length,
    ...adjustments.flatMap((adjustment) => [
      adjustment.index,
      ...amounts.map((_amount, unit) => adjustment.amounts[unit] ?? 0),
    ]),
    seed.length,
    ...seed.map((state) => (state ? [state.index, ...state.sums].join(' ') : '')),
  ];
}

export function decodeWindowAnswer({ counters, amounts }: WindowRequest, reply: unknown): WindowAnswer {
  const [figures, [epoch], rest] = [
    (reply as unknown[]).slice(0, FIGURES).map(Number),
    (reply as unknown[]).slice(FIGURES),
    (reply as unknown[]).slice(FIGURES + 1),
  ];
  const [index = 0, refusing = 0, used = 0, waitMs = 0, lost = 0] = figures;
  const counter = counters[refusing - 1];
  const isLost = lost === 1;
  return {
    index,
    granted: counter || isLost ? undefined : rest.slice(0, amounts.length).map(Number),
    refusal: counter && { counter, used, waitMs: waitMs < 0 ? Number.POSITIVE_INFINITY : waitMs },
    epoch: String(epoch),
    isLost,
    after: rest.slice(amounts.length).map(readState),
  };
}

/** Numbers that lead an answer. */
const FIGURES = 5;

function readState(text: unknown): WindowState {
  const [index = 0, ...sums] = String(text).split(' ').map(Number);
  return { index, sums };
}
