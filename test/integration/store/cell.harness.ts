import { afterAll, beforeAll, beforeEach } from 'vitest';
import { migrate } from '../../../lib/store/migrate.js';
import type { Store } from '../../../lib/store/store.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import { COLUMNS, nativeBlock, openStore, type TestSpan } from './harness.js';

const { logger } = testServiceContext();

/** A real engine for the file, and a cell of its own for each test. */
export function useCells() {
  let clickhouse: EmbeddedClickHouse;
  let store: Store;
  let count = 0;
  const database = () => `cell_${count}`;
  beforeAll(async () => {
    clickhouse = await startEmbeddedClickHouse();
    store = openStore(clickhouse.url);
  });
  afterAll(async () => {
    await store?.close();
    await clickhouse?.close();
  });
  beforeEach(async () => {
    count++;
    await migrate({ store, schema: 'cell', database: database(), logger });
  });
  return {
    store: () => store,
    database,
    /** The batches' blocks under one deduplication token. */
    insert: (deduplicationToken: string, ...blocks: readonly (readonly TestSpan[])[]) =>
      store.insertNative({
        ...{ database: database(), table: 'spans', columns: COLUMNS, deduplicationToken },
        blocks: blocks.map(nativeBlock),
      }),
    async select<T>(sql: string): Promise<readonly T[]> {
      return (await store.query<T>({ name: 'test', sql }, {}, { database: database() })).rows;
    },
  };
}
