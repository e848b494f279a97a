import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../lib/errors/app-error.js';
import { DataDirLock } from '../../../lib/lifecycle/data-dir-lock.js';
import { errorCodeOf, syncDirectory } from './files.js';

const LOCK_NAME = 'instance.lock';
/**
 * A sibling that takes over what a dead worker left holds its lock for moments only; a predecessor whose parent was killed
 * ends by itself, but finishes its calls first.
 */
const LOCK_WAIT_MS = 20_000;
const LOCK_RETRY_MS = 100;

/** Directories that this process holds: the lock's file cannot tell two holders in one process apart. */
const held = new Set<string>();

/** One worker's directory below `<data dir>/spool`, for as long as this process holds it. */
export class SpoolDirectory {
  readonly path: string;
  readonly #lock: DataDirLock;

  private constructor(path: string, lock: DataDirLock) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes the directory and waits a moment for its lock. Throws AppError when a living process keeps it. */
  static async open(path: string): Promise<SpoolDirectory> {
    const untilMs = performance.now() + LOCK_WAIT_MS;
    for (;;) {
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
        const directory = await SpoolDirectory.#acquire(path);
        for (const made of [path, dirname(path), dirname(dirname(path))]) await syncDirectory(made);
        return directory;
      } catch (error) {
        if (performance.now() >= untilMs || !maySoonBeFree(error)) throw toStartError(path, error);
        await delay(LOCK_RETRY_MS);
      }
    }
  }

  /** The directory, unless a living process holds it or it is gone. */
  static async tryOpen(path: string): Promise<SpoolDirectory | undefined> {
    return SpoolDirectory.#acquire(path).catch(() => undefined);
  }

  static async #acquire(path: string): Promise<SpoolDirectory> {
    if (held.has(path)) throw new AppError('unavailable', `${path} is in use by this process.`);
    held.add(path);
    try {
      return new SpoolDirectory(path, await DataDirLock.acquire(path));
    } catch (error) {
      held.delete(path);
      throw error;
    }
  }

  /** Everything in it but the lock, oldest segments first. */
  async names(): Promise<string[]> {
    const names = await readdir(this.path);
    return names.filter((name) => name !== LOCK_NAME).sort();
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  close(): void {
    held.delete(this.path);
    this.#lock.close();
  }

  /** Lets go of a directory that nobody needs any more. */
  async remove(): Promise<void> {
    this.close();
    await rmdir(this.path).catch(() => undefined);
  }
}

/** Held by somebody, or just removed by a sibling that emptied it. */
function maySoonBeFree(error: unknown): boolean {
  return (error instanceof AppError && error.code === 'unavailable') || errorCodeOf(error) === 'ENOENT';
}

function toStartError(path: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const message = `DATA_DIR: ${path} cannot be written (${errorCodeOf(cause) ?? 'unknown error'}). Choose another directory or change its owner.`;
  return new AppError('invalid_argument', message, { cause });
}
