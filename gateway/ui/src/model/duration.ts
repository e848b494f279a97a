const scales = [
  { unit: 'ns', nanos: 1 },
  { unit: 'µs', nanos: 1e3 },
  { unit: 'ms', nanos: 1e6 },
  { unit: 's', nanos: 1e9 },
] as const;

const pad2 = (value: number): string => String(value).padStart(2, '0');

/** At least three significant digits, never a bare exponent: 4.20, 42.0, 420. */
function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function formatLong(durationNano: number): string {
  const seconds = Math.round(durationNano / 1e9);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad2(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad2(minutes % 60)} min`;
}

/** A duration in nanoseconds for people: `850 ns`, `4.20 ms`, `1.50 s`, `2 min 03 s`, `1 h 05 min`. */
export function formatDuration(durationNano: number): string {
  if (durationNano >= 59.95e9) return formatLong(durationNano);
  // A value that would print as 1000 belongs to the next unit.
  const scale = scales.find(({ nanos }) => durationNano < nanos * 999.5) ?? scales[3];
  if (scale.unit === 'ns') return `${Math.round(durationNano)} ns`;
  return `${threeDigits(durationNano / scale.nanos)} ${scale.unit}`;
}

/** A ruler label: the same units without the digits that say nothing (`250 ms`, `1.5 s`, `0 ns`). */
export function formatTick(offsetNano: number): string {
  return formatDuration(offsetNano).replace(/\.(\d*?)0+(?= )/, (_, digits: string) =>
    digits ? `.${digits}` : '',
  );
}
