import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Connection, NativeEngine } from './native.js';

/**
 * Opens the data directory. The engine holds a kernel lock on `<dataDir>/status` for as long as the process lives, so
 * a second owner is refused without a race, and a killed owner leaves no stale lock behind.
 * @throws AppError with one line that says what is wrong with the directory.
 */
export function openFirstConnection(
  native: NativeEngine,
  dataDir: string,
  args: readonly string[],
): Connection {
  makeWritable(dataDir);
  const status = join(dataDir, 'status');
  // The engine would find out too, but it prints its own words to stderr.
  if (isLocked(status)) throw inUse(dataDir, status);
  try {
    return native.CreateConnection(dataDir, args);
  } catch (error) {
    if (isAlive(ownerOf(status))) throw inUse(dataDir, status);
    const reason = messageOf(error).replace(/\s+/g, ' ').trim();
    throw new AppError('unavailable', `data directory ${dataDir} cannot be opened: ${reason}`, {
      cause: error,
    });
  }
}

function makeWritable(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new AppError('unavailable', `data directory ${dataDir} is not writable: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function inUse(dataDir: string, status: string): AppError {
  const pid = ownerOf(status);
  const owner = pid === undefined ? 'another process' : `process ${pid}`;
  return new AppError(
    'unavailable',
    `data directory ${dataDir} is in use by ${owner}. Stop it or choose another directory.`,
  );
}

/** The engine writes its process id into the file it locks; it stays there when the process is gone. */
function ownerOf(status: string): number | undefined {
  try {
    const pid = /^PID: (\d+)/m.exec(readFileSync(status, 'utf8'))?.[1];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  }
}

/** Linux lists the held locks, by process and inode; elsewhere false, and the engine's own attempt decides. */
function isLocked(status: string): boolean {
  const pid = ownerOf(status);
  if (pid === undefined) return false;
  try {
    const line = new RegExp(`FLOCK .* ${pid} [0-9a-f]+:[0-9a-f]+:${statSync(status).ino} `);
    return line.test(readFileSync('/proc/locks', 'utf8'));
  } catch {
    return false;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
