import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors/app-error.js';
import type { Closable } from './lifecycle.js';

const FILE_NAME = 'instance.lock';

/**
 * Keeps a second instance out of a data directory. The file names its owner by process id and start time, so that the file
 * of an owner that was killed is recognised even when its id is in use again.
 */
export class DataDirLock implements Closable {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** @throws AppError in one line when a living process holds the directory. */
  static async acquire(dataDir: string): Promise<DataDirLock> {
    const file = join(dataDir, FILE_NAME);
    if (!create(file)) {
      const owner = readOwner(file);
      if (owner !== undefined && isAlive(owner)) {
        throw new AppError(
          'unavailable',
          `DATA_DIR: ${dataDir} is in use by process ${owner.pid}. Stop it or choose another directory.`,
        );
      }
      unlinkSync(file);
      if (!create(file))
        throw new AppError('unavailable', `DATA_DIR: ${dataDir} was taken by another instance just now.`);
    }
    return new DataDirLock(file);
  }

  close(): void {
    unlinkSync(this.#file);
  }
}

interface Owner {
  readonly pid: number;
  /** Clock ticks since boot, from /proc; empty where there is no /proc. */
  readonly startedAt: string;
}

function create(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid} ${startTimeOf(process.pid)}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(file: string): Owner | undefined {
  const match = /^(\d+) (\d*)/.exec(readFileSync(file, 'utf8'));
  return match ? { pid: Number(match[1]), startedAt: match[2] ?? '' } : undefined;
}

function isAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && startTimeOf(pid) === startedAt;
  }
  return pid !== process.pid && startTimeOf(pid) === startedAt;
}

/** Field 22 of /proc/<pid>/stat; the name before it may hold spaces, so counting starts behind its closing bracket. */
function startTimeOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
