import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Opens a file as `node:fs/promises` does; tests pass one whose disk fails. */
export type OpenFile = (path: string, flags: string, mode: number) => Promise<FileHandle>;

export const PRIVATE_MODE = 0o600;

/** Makes names in a directory durable: a file whose name is lost is lost. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all bytes at the place; a short write, as a full disk makes it, goes on until it fails. */
export async function writeFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw Object.assign(new Error('no byte could be written'), { code: 'EIO' });
    done += bytesWritten;
  }
}

/** A file that is there whole and durable, or not at all. */
export async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'w', PRIVATE_MODE);
  try {
    await writeFully(handle, bytes, 0);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await renameDurably(temporary, path);
}

export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

export function errorCodeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
