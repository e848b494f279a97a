import type { WindowAnswer, WindowRequest } from '../window.js';

/** Arguments of the script, in its order. */
export function encodeWindowRequest(
  { windowMs, share, isDryRun, amounts, counters, adjustments = [] }: WindowRequest,
  nowMs: number | undefined,
): (string | number)[] {
  return [
    nowMs ?? '',
    windowMs,
    share,
    isDryRun ? 0 : 1,
    amounts.length,
    ...amounts.flatMap(({ need, demand = need, want }) => [need, demand, want]),
    counters.length,
    ...counters.flatMap(({ name, unit, limit }) => [name, unit, limit]),
    adjustments.length,
    ...adjustments.flatMap((adjustment) => [
      adjustment.index,
      ...amounts.map((_amount, unit) => adjustment.amounts[unit] ?? 0),
    ]),
  ];
}

export function decodeWindowAnswer({ counters }: WindowRequest, reply: unknown): WindowAnswer {
  const [index = 0, refusing = 0, used = 0, waitMs = 0, ...granted] = (reply as unknown[]).map(Number);
  const counter = counters[refusing - 1];
  if (!counter) return { index, granted, refusal: undefined };
  const refusal = { counter, used, waitMs: waitMs < 0 ? Number.POSITIVE_INFINITY : waitMs };
  return { index, granted: undefined, refusal };
}
