import type { WindowAnswer, WindowRequest } from './window.js';

/**
 * Short-lived shared state: sessions, caches, one-time tokens, locks, rate windows. Keys and values are text. An
 * implementation MUST make each method atomic, MUST treat an expired key as absent, and MUST NOT lose a key before it expires
 * except by a restart of the store. A key belongs to one family of methods (text, fields, list, lock, window); mixing them is an
 * error of the caller. Methods reject with AppError `unavailable` when the store cannot be reached.
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
  /** Removes a key of any of the families text, fields and list. */
  delete(key: string): Promise<void>;
  /** Removes the key only while it holds this value, so that nobody ends what somebody else began; true when it did. */
  deleteIfEqual(key: string, value: string): Promise<boolean>;

  /** Writes some fields of a record, keeps its others, and lets the whole record expire after `ttlMs`. */
  setFields(key: string, fields: Readonly<Record<string, string>>, ttlMs: number): Promise<void>;
  /** All fields of a record; undefined when absent or expired. */
  fields(key: string): Promise<Readonly<Record<string, string>> | undefined>;

  /** Puts a value before the others of a list, cuts the list to `maxLength`, and lets it expire after `ttlMs`. */
  push(
    key: string,
    value: string,
    bounds: { readonly maxLength: number; readonly ttlMs: number },
  ): Promise<void>;
  /** The values of a list, the latest first; empty when absent or expired. */
  list(key: string): Promise<readonly string[]>;

  /**
   * Takes a lock, or renews it for its owner, for `ttlMs`. Returns a fencing token: the same for renewals, and a larger one for
   * every new holder (also after a store that forgot everything, while its clock goes forward), so that what an earlier
   * holder still does can be told apart. Undefined while another owner holds it. The last token of each name is kept for good:
   * names must be few. `takeLock` is for all others.
   */
  acquireLock(name: string, owner: string, ttlMs: number): Promise<number | undefined>;
  /** Gives a lock back; true when this owner held it. */
  releaseLock(name: string, owner: string): Promise<boolean>;

  /** Checks several counters of one key against their limits and adds to all of them, or to none. */
  spendWindow(request: WindowRequest): Promise<WindowAnswer>;

  /** How often the store was out of reach so far; it may have come back without what was in it. */
  readonly interruptions: number;

  close(): Promise<void>;
}
