import { statfs } from 'node:fs/promises';
import { LimitExceeded } from '../ledger/limit-exceeded.js';
import { retryDelayMs } from '../status/retry-delay.js';

/** A disk does not fill up faster than it can be watched at this pace; the floor leaves room for what comes in between. */
const CHECK_INTERVAL_MS = 1_000;

/** Keeps a floor of free space: whatever else lives on the disk, the database for one, needs some to go on. */
export class DiskSpace {
  readonly #directory: string;
  readonly #floorBytes: number;
  readonly #timer: NodeJS.Timeout;
  #freeBytes = Number.POSITIVE_INFINITY;

  private constructor(directory: string, floorBytes: number) {
    this.#directory = directory;
    this.#floorBytes = floorBytes;
    this.#timer = setInterval(() => this.#look(), CHECK_INTERVAL_MS).unref();
  }

  static async watch(directory: string, floorBytes: number): Promise<DiskSpace> {
    const space = new DiskSpace(directory, floorBytes);
    await space.#look();
    return space;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Throws `unavailable` with a retry delay while less is free than the floor. */
  require(): void {
    if (this.#freeBytes >= this.#floorBytes) return;
    throw new LimitExceeded(
      'unavailable',
      `The receiver's disk has ${this.#freeBytes} bytes left; ${this.#floorBytes} must stay free. Send this again in a moment.`,
      {
        limit: `${this.#floorBytes} bytes free`,
        measured: `${this.#freeBytes} bytes free`,
        retryAfterMs: retryDelayMs(),
      },
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.#directory);
      this.#freeBytes = bavail * bsize;
    } catch {
      // A disk that cannot even be asked says so at the next write, by its own error.
    }
  }
}
