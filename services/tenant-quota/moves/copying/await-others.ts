import type { Store } from '../../../../lib/store/store.js';
import { ask, type CopyTask, placesOf } from './copy-task.js';
import { SELECT_RUNNING } from './statements.js';

const POLL_MS = 200;

/** What a mover that died has left running must end first: it would be copied a second time. */
export async function awaitOthers(store: Store, task: CopyTask): Promise<void> {
  for (const at of placesOf(task))
    for (;;) {
      const [running] = await ask<{ n: string }>(store, task, { at, statement: SELECT_RUNNING });
      if (running?.n === '0') break;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      task.signal.throwIfAborted();
    }
}
