import type { Store } from '../../../lib/store/store.js';
import type { CopyTask } from '../../../services/tenant-quota/moves/copying/copy-task.js';
import { Ferry } from '../../../services/tenant-quota/moves/copying/ferry.js';
import { RowCopier } from '../../../services/tenant-quota/moves/copying/row-copier.js';
import { StagedSums } from '../../../services/tenant-quota/moves/copying/staged-sums.js';
import { Staging } from '../../../services/tenant-quota/moves/copying/staging.js';
import { Leaving } from '../../../services/tenant-quota/moves/leaving.js';

/** What empties a cell, without the mover around it. */
export function partsOfMover(store: Store) {
  const staging = new Staging(store, () => undefined);
  const ferry = new Ferry(store, staging);
  const sums = new StagedSums(store, staging, ferry);
  const audit = { write: async () => {} };
  const copier = new RowCopier(store, ferry);
  return { sums, leaving: new Leaving({ store, audit, copier, sums, staging }) };
}

/** A store that does something before each statement that deletes rows. */
export function lateStore(store: Store, before: () => Promise<void>): Store {
  return {
    query: (...args) => store.query(...args),
    readNative: (...args) => store.readNative(...args),
    insertRows: (insert) => store.insertRows(insert),
    insertNative: (insert) => store.insertNative(insert),
    ping: (...args) => store.ping(...args),
    close: () => store.close(),
    command: async (statement, ...rest) => {
      if (statement.name === 'move_delete_rows') await before();
      return store.command(statement, ...rest);
    },
  };
}

export function taskOf(tenantId: number, from: string, to: string): CopyTask {
  const cell = (database: string) => ({ name: database, database, dedicatedTenantId: 0, version: 1 });
  return {
    ...{ tenantId, from: cell(from), to: cell(to), fence: 1 },
    signal: new AbortController().signal,
    verify: async () => {},
    onCopied: async () => {},
  };
}
