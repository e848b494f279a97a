/** A Unix time in milliseconds as JSON formats of ClickHouse read it into `DateTime64(3, 'UTC')`. */
export function toStoreTime(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 23).replace('T', ' ');
}
