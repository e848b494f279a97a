const NANOS_PER_MILLI = 1_000_000;
const WORD = 2 ** 32;

/*
 * 64-bit numbers in a request, without BigInt: they are read in two halves, of which each step stays below 2^53, where doubles
 * are exact.
 */

/** High half of the milliseconds in a time in nanoseconds. */
export function millisHigh(view: DataView, position: number): number {
  return (view.getUint32(position + 4, true) / NANOS_PER_MILLI) | 0;
}

/** Low half of the milliseconds in a time in nanoseconds; what is below a millisecond is cut off. */
export function millisLow(view: DataView, position: number): number {
  const rest = view.getUint32(position + 4, true) % NANOS_PER_MILLI;
  return Math.floor((rest * WORD + view.getUint32(position, true)) / NANOS_PER_MILLI);
}

/** The signed integer as the nearest double: the high half is exact, so that only the sum is rounded, and once. */
export function nearestDouble(view: DataView, position: number): number {
  return view.getInt32(position + 4, true) * WORD + view.getUint32(position, true);
}

/** Whether a signed integer is from -2^53 to 2^53, where all have a double of their own. */
export function isExactInteger(view: DataView, position: number): boolean {
  const high = view.getInt32(position + 4, true);
  if (high >= -0x200000 && high < 0x200000) return true;
  return high === 0x200000 && view.getUint32(position, true) === 0;
}
