import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { InsertRowsOptions, Store } from '../../../../lib/store/store.js';
import { Registry } from '../../../../lib/telemetry/metrics.js';
import { Books } from './books.js';
import { Journal } from './journal.js';

it('a service that hangs keeps nobody else from being entered, and is written once when it answers', async () => {
  const registry = new Registry();
  const books = new Books('home', registry);
  const written: string[] = [];
  let answer: (() => void) | undefined;
  const insertRows = async ({ database, rows }: InsertRowsOptions) => {
    if (database === 'far@eu2')
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    written.push(database);
    return { writtenRows: rows.length };
  };
  const store = { insertRows } as Partial<Store> as Store;
  const logger = pino({ level: 'silent' });
  const journal = new Journal({ books, store, intervalMs: 20, logger, registry });
  const account = { projectId: 7n, signal: 'traces', minute: 100 } as const;
  const enter = (tenantId: number, database: string) =>
    books.enter({ ...account, tenantId, database }, 'received', [{ service: 'a', items: 1, bytes: 10 }]);
  enter(33, 'far@eu2');
  await expect.poll(() => answer).toBeDefined();
  for (let round = 1; round <= 3; round++) {
    enter(22, 'home');
    await expect.poll(() => written).toHaveLength(round);
  }
  answer?.();
  await expect.poll(() => written).toEqual(['home', 'home', 'home', 'far@eu2']);
  await journal.close();
});
