/** A lock that is held for now. Everything done under it must be done with `signal`, which ends before the lock can. */
export interface Lease {
  /**
   * Grows with every holder: what a former holder writes late carries a lower number than what its successor wrote. About
   * milliseconds since 1970.
   */
  readonly fence: number;
  /** Aborts when the lock is lost or given back. */
  readonly signal: AbortSignal;
  /** Asks the store whether the lock is still ours; before every deed that cannot be undone. Throws `unavailable` when not. */
  verify(): Promise<void>;
  release(): Promise<void>;
}

/** Mutual exclusion between the replicas of this service. */
export interface Locks {
  /** The lock, or undefined when somebody else has it. It is kept until it is released or the store cannot be reached. */
  tryAcquire(name: string): Promise<Lease | undefined>;
  /** Waits for the lock and gives it back afterwards. Throws `unavailable` when it cannot be had in time. */
  run<T>(name: string, signal: AbortSignal, work: (lease: Lease) => Promise<T>): Promise<T>;
}
