/**
 * Short-lived shared state: sessions, caches, one-time tokens. Keys and values are text. An implementation MUST make each
 * method atomic, MUST treat an expired key as absent, and MUST NOT lose a key before it expires except by a restart of the
 * store. Methods reject with AppError `unavailable` when the store cannot be reached.
 */
export interface Kv {
  /** The value, or undefined when absent or expired. */
  get(key: string): Promise<string | undefined>;
  /** Writes a value that expires after `ttlMs` (at least 1). */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Writes only when the key is absent; true when it did. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Removes and returns the value, so that of many takers exactly one gets it. */
  take(key: string): Promise<string | undefined>;
  /** Adds to a counter that starts at 0 and expires `ttlMs` after its first increment; returns the new count. */
  increment(key: string, ttlMs: number): Promise<number>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
