import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Store } from '../../lib/store/store.js';
import { StoreReadiness } from './store-readiness.js';

/** The clock of waiting only; the watch itself goes on in real time. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Watches a store with these columns, and tells the levels that were logged. */
function watch(rows: readonly object[]) {
  const levels: string[] = [];
  const stream = { write: (line: string) => void levels.push(String(JSON.parse(line).level)) };
  const logger = pino({ formatters: { level: (level) => ({ level }) } }, stream);
  const reasons: string[] = [];
  const told = { tellDefault: (reason: string) => void reasons.push(reason) };
  const store = { query: async () => ({ rows }) } as unknown as Store;
  const watching = new StoreReadiness({ store, database: 'gob_cell_default', watch: told, logger });
  return { levels, reasons, watching };
}

it('tables that are being made are no warning at a start, and are one when they do not come', async () => {
  const { levels, watching } = watch([]);
  await vi.waitFor(() => expect(levels).toEqual(['info']));
  vi.advanceTimersByTime(28_000);
  await vi.waitFor(() => expect(levels).toEqual(['info', 'info']));
  vi.advanceTimersByTime(6_000);
  await vi.waitFor(() => expect(levels.at(-1)).toBe('warn'));
  await watching.close();
});

it('a column of another type is a warning at once', async () => {
  const { levels, reasons, watching } = watch([{ table: 'spans', name: 'TenantId', type: 'String' }]);
  await vi.waitFor(() => expect(levels).toEqual(['warn']));
  expect(reasons.at(-1)).toContain('spans.TenantId is String, not UInt32');
  await watching.close();
});
