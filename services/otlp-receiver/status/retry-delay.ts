const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 5_000;

/**
 * When an exporter should come back. At most 5 s, because exporters drop what they could not send within 10 s; spread out,
 * so that those who were sent away together do not return together.
 */
export function retryDelayMs(random: () => number = Math.random): number {
  return Math.round(MIN_RETRY_MS + random() * (MAX_RETRY_MS - MIN_RETRY_MS));
}

/** Any delay as an exporter may be told it: one that is longer than its patience would lose the data. */
export function clampRetryDelayMs(delayMs: number): number {
  return Math.min(Math.max(delayMs, MIN_RETRY_MS), MAX_RETRY_MS);
}

/** The delay in whole seconds, the only form of `Retry-After` that every exporter reads. */
export function retryAfterSeconds(delayMs: number): number {
  return Math.ceil(clampRetryDelayMs(delayMs) / 1000);
}
