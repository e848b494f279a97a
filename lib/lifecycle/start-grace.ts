/** A mesh starts all at once, so what one part waits for is not there for a while, which is no fault yet. */
const START_GRACE_MS = 30_000;

/** How much what is still missing is worth in the log, so long after a part began to wait for it. */
export function levelOfWaiting(sinceMs: number): 'info' | 'warn' {
  return performance.now() - sinceMs < START_GRACE_MS ? 'info' : 'warn';
}
