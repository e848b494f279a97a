import { randomUUID } from 'node:crypto';
import type { Kv } from './kv.js';

/**
 * Takes a lock for one piece of work, for `ttlMs` at most; undefined while somebody else has it. Call what it returns when the work
 * is done. Nothing of it stays behind, so that there may be one for each of any number of names; whoever must tell former holders
 * from the present one takes `Kv.acquireLock`. Rejects with `unavailable` when the store cannot be reached.
 */
export async function takeLock(
  kv: Pick<Kv, 'setIfAbsent' | 'deleteIfEqual'>,
  name: string,
  ttlMs: number,
): Promise<(() => Promise<void>) | undefined> {
  const key = `short-lock:${name}`;
  const owner = randomUUID();
  if (!(await kv.setIfAbsent(key, owner, ttlMs))) return undefined;
  // What cannot be given back ends with its time.
  return () => kv.deleteIfEqual(key, owner).then(ignore, ignore);
}

const ignore = (): void => undefined;
