import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFully } from './files.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gob-files-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A real file whose disk takes no more than `limit` bytes at a time. */
function shortWriting(handle: FileHandle, limit: number): FileHandle {
  const writev = async (pieces: readonly Uint8Array[], position: number) =>
    handle.write(Buffer.concat(pieces).subarray(0, limit), 0, undefined, position);
  return new Proxy(handle, {
    get: (target, name) => (name === 'writev' ? writev : Reflect.get(target, name, target)),
  });
}

describe('writeFully', () => {
  const pieces = [Buffer.from('ab'), Buffer.alloc(0), Buffer.from('cdefg'), Buffer.from('h')];

  it.each([1, 2, 3, 4, 7, 8, 100])('writes everything, %i bytes at a time', async (limit) => {
    const path = join(directory, 'file');
    const handle = await open(path, 'w');
    await writeFully(handle, [Buffer.from('__')], 0);
    await writeFully(shortWriting(handle, limit), pieces, 2);
    await handle.close();
    expect(readFileSync(path, 'utf8')).toBe('__abcdefgh');
  });

  it('writes more pieces than one system call takes', async () => {
    const path = join(directory, 'file');
    const handle = await open(path, 'w');
    await writeFully(
      handle,
      Array.from({ length: 3_000 }, (_, index) => Buffer.from([index % 251])),
      0,
    );
    await handle.close();
    expect([...readFileSync(path)]).toEqual(Array.from({ length: 3_000 }, (_, index) => index % 251));
  });

  it('fails when nothing can be written any more', async () => {
    const handle = await open(join(directory, 'file'), 'w');
    await expect(writeFully(shortWriting(handle, 0), pieces, 0)).rejects.toMatchObject({ code: 'EIO' });
    await handle.close();
  });
});
