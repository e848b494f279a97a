import { AppError } from '../../../lib/errors/app-error.js';
import type { Range } from '../time/time-range.js';
import type { PointWindow } from './selection.js';

const NANO_PER_MS = 1_000_000n;
const SECOND_MS = 1_000n;
const MINUTE_MS = 60n * SECOND_MS;
const HOUR_MS = 60n * MINUTE_MS;
const DAY_MS = 24n * HOUR_MS;

/** How far before the range a counter's last point is looked for: exporters send at least this often. */
const MIN_LOOKBACK_MS = 5n * MINUTE_MS;
const MAX_LOOKBACK_MS = HOUR_MS;

export interface ResolutionOptions {
  /** What is asked for, within what is stored. */
  readonly range: Range;
  /** Where rows of the tenant can lie. */
  readonly stored: Range;
  /** 0: as the range says. */
  readonly stepMs: bigint;
  /** Whether points of different series are put together, for which they must share a bucket of time. */
  readonly isGrouped: boolean;
  readonly maxPoints: number;
}

/** Buckets for a range; refuses steps that are too fine. */
export function resolve({ range, stored, isGrouped, maxPoints, ...asked }: ResolutionOptions): PointWindow {
  const startMs = range.startUnixNano / NANO_PER_MS;
  const endMs = range.endUnixNano / NANO_PER_MS;
  if (asked.stepMs !== 0n) checkStep(asked.stepMs, { widthMs: endMs - startMs, maxPoints });
  const stepMs = asked.stepMs || stepFor(endMs - startMs, isGrouped);
  const firstMs = stepMs === 0n ? startMs : (startMs / stepMs) * stepMs;
  const storedMs = stored.startUnixNano / NANO_PER_MS;
  return { firstMs, fromMs: later(firstMs - lookback(stepMs), storedMs), endMs, stepMs };
}

function stepFor(widthMs: bigint, isGrouped: boolean): bigint {
  if (widthMs < 30n * MINUTE_MS) return isGrouped ? MINUTE_MS : 0n;
  if (widthMs <= HOUR_MS) return MINUTE_MS;
  return widthMs <= 72n * HOUR_MS ? HOUR_MS : DAY_MS;
}

function checkStep(stepMs: bigint, { widthMs, maxPoints }: { widthMs: bigint; maxPoints: number }): void {
  if (stepMs < SECOND_MS) throw refusal(`step is ${stepMs} ms; it must be at least 1 second.`);
  const points = widthMs / stepMs + 1n;
  if (points > BigInt(maxPoints))
    throw refusal(
      `step of ${stepMs} ms makes ${points} points per series in this range; at most ${maxPoints} are allowed. Send a larger step or a shorter range.`,
    );
}

function lookback(stepMs: bigint): bigint {
  if (stepMs < MIN_LOOKBACK_MS) return MIN_LOOKBACK_MS;
  return stepMs > MAX_LOOKBACK_MS ? MAX_LOOKBACK_MS : stepMs;
}

function later(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

function refusal(message: string): AppError {
  return new AppError('invalid_argument', message, { field: 'step' });
}
