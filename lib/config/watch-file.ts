import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Closable } from '../lifecycle/lifecycle.js';

/** How often the file is looked at. Reading is used rather than inotify, which misses replaced mounts (Kubernetes secrets). */
const POLL_INTERVAL_MS = 1_000;

/** Calls `onChange` after the content of a file changed. A file that cannot be read for a moment counts as unchanged. */
export async function watchFile(path: string, onChange: () => Promise<void>): Promise<Closable> {
  let last = await digest(path);
  let busy = false;
  const look = async () => {
    const now = await digest(path);
    if (now === undefined || now === last) return;
    last = now;
    await onChange();
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    look().finally(() => {
      busy = false;
    });
  }, POLL_INTERVAL_MS);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

async function digest(path: string): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch {
    return undefined;
  }
}
