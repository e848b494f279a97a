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

/** Buffers of one system call; the kernel takes no more than 1,024. */
const MAX_VECTORS = 512;

/** Writes all pieces one after another from the place on; a short write, as a full disk makes it, goes on until it fails. */
export async function writeFully(
  handle: FileHandle,
  pieces: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let at = position;
  let left = pieces.filter(({ length }) => length > 0);
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left.slice(0, MAX_VECTORS), at);
    if (bytesWritten === 0) throw Object.assign(new Error('no byte could be written'), { code: 'EIO' });
    at += bytesWritten;
    left = withoutFirst(left, bytesWritten);
  }
}

function withoutFirst(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = 0;
  let index = 0;
  for (; index < pieces.length && skipped + (pieces[index]?.length ?? 0) <= bytes; index++)
    skipped += pieces[index]?.length ?? 0;
  const rest = pieces.slice(index);
  const [cut] = rest;
  return cut && bytes > skipped ? [cut.subarray(bytes - skipped), ...rest.slice(1)] : rest;
}

/** A file that is there whole and durable, or not at all. */
export async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'w', PRIVATE_MODE);
  try {
    await writeFully(handle, [bytes], 0);
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
