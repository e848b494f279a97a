export const DAY_MS = 86_400_000;

/** Days since 1970 in UTC: what partitions are cut by. */
export const dayOf = (unixMs: number): number => Math.floor(unixMs / DAY_MS);

/** `2026-11-21` */
export const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** A daily partition's id is the day without dashes. Undefined for anything else, such as a month. */
export function dayOfPartition(partitionId: string): number | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(partitionId) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return dayOf(Date.UTC(Number(year), Number(month) - 1, Number(day)));
}

export const partitionOfDay = (day: number): string => dayText(day).replaceAll('-', '');
