import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../../lib/store/migrate.js';
import { isRetryable } from '../../../lib/store/store-errors.js';
import { startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import { useCells } from './cell.harness.js';
import { COLUMNS, child, nativeBlock, openStore, root } from './harness.js';

const { store, database, insert, select } = useCells();

describe('one deduplication token', () => {
  const counts = () =>
    select(`SELECT (SELECT count() FROM {database:Identifier}.spans) AS spans, (SELECT sum(Spans) FROM {database:Identifier}.trace_summary) AS summary,
      (SELECT sum(Calls) FROM {database:Identifier}.red_1m) AS red, (SELECT sum(Calls) FROM {database:Identifier}.red_5m) AS red5, (SELECT count() FROM {database:Identifier}.trace_index) AS traces`);

  it('stores its batch once, also in every derived table', async () => {
    await insert('batch-1', [child, root]);
    await insert('batch-1', [child, root]);
    expect(await counts()).toEqual([{ spans: '2', summary: '2', red: '2', red5: '2', traces: '1' }]);
    await insert('batch-2', [child, root]);
    expect(await counts()).toEqual([{ spans: '4', summary: '4', red: '4', red5: '4', traces: '2' }]);
  });

  it('is remembered by the engine over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gob-dedup-'));
    for (const round of [1, 2]) {
      const engine = await startEmbeddedClickHouse({ dataDir });
      const own = openStore(engine.url);
      await migrate({ store: own, schema: 'cell', database: 'kept', logger: testServiceContext().logger });
      const batch = { database: 'kept', table: 'spans', columns: COLUMNS, deduplicationToken: 'batch-1' };
      await own.insertNative({ ...batch, blocks: [nativeBlock([child, root])] });
      const count = 'SELECT count() AS n, (SELECT sum(Calls) FROM kept.red_1m) AS red FROM kept.spans';
      const { rows } = await own.query({ name: 'test', sql: count });
      expect({ round, rows }).toEqual({ round, rows: [{ n: '2', red: '2' }] });
      await own.close();
      await engine.close();
    }
    await rm(dataDir, { recursive: true });
  });
});

describe('an insert that cannot succeed', () => {
  it('fails for good over a column that is not there, and stores nothing', async () => {
    const options = {
      database: database(),
      table: 'spans',
      deduplicationToken: 'x',
      blocks: [nativeBlock([root])],
    };
    const error = await store()
      .insertNative({ ...options, columns: ['TenantId', 'Nonsense'] })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'internal' });
    expect(isRetryable(error)).toBe(false);
    expect(await select('SELECT count() AS n FROM {database:Identifier}.spans')).toEqual([{ n: '0' }]);
  });

  it('refuses names that are no identifiers before anything is sent', async () => {
    const options = {
      database: database(),
      table: 'spans`; DROP',
      columns: COLUMNS,
      deduplicationToken: 'x',
      blocks: [],
    };
    await expect(store().insertNative(options)).rejects.toThrow('Internal error.');
  });
});
