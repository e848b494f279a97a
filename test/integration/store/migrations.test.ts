import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MigrateOptions, migrate } from '../../../lib/store/migrate.js';
import { loadMigrations, parseMigrationFile } from '../../../lib/store/migration-files.js';
import { createStore, type Store } from '../../../lib/store/store.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';

const context = testServiceContext();
let clickhouse: EmbeddedClickHouse;
let store: Store;
beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  store = createStore({ url: clickhouse.url, application: 'migrations-test', ...context });
});
afterAll(async () => {
  await store.close();
  await clickhouse.close();
});

const run = (database: string, more: Partial<MigrateOptions> = {}) =>
  migrate({ store, schema: 'cell', database, logger: context.logger, ...more });
const steps = (text: string) => parseMigrationFile('0001-test.sql', text);
const names = (report: { steps: readonly { step: string }[] }) => report.steps.map(({ step }) => step);
const table = (name: string, type = 'UInt8') =>
  `-- step: ${name}\nCREATE TABLE IF NOT EXISTS {database}.${name} {on_cluster} (x ${type}) ENGINE = {engine:MergeTree} ORDER BY x SETTINGS {settings}\n`;

async function tablesOf(database: string): Promise<string[]> {
  const select = {
    name: 'test',
    sql: 'SELECT name FROM system.tables WHERE database = {db:String} ORDER BY name',
  };
  return (await store.query<{ name: string }>(select, { db: database })).rows.map(({ name }) => name);
}

describe('migrations', () => {
  it.each(['cell', 'control'] as const)('make the whole %s schema once', async (schema) => {
    const all = await loadMigrations(schema);
    const first = await run(`fresh_${schema}`, { schema });
    expect({ done: first.steps.length, before: first.alreadyDone }).toEqual({ done: all.length, before: 0 });
    const second = await run(`fresh_${schema}`, { schema });
    expect(second).toEqual({ steps: [], alreadyDone: all.length });
    const made = all.flatMap(({ step }) => /^create_(.+)/.exec(step)?.[1] ?? []);
    expect(await tablesOf(`fresh_${schema}`)).toEqual([...made, 'schema_migrations'].sort());
  });

  it('cost one query and no DDL when there is nothing to do', async () => {
    await run('quiet');
    const { registry } = testServiceContext();
    const counted = createStore({ url: clickhouse.url, application: 'counted', ...context, registry });
    await run('quiet', { store: counted });
    const metrics = (await registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('gob_store_calls'));
    expect(metrics).toEqual([
      'gob_store_calls_total{service="default",statement="migrations_applied",outcome="ok"} 1',
    ]);
    await counted.close();
  });

  it('go on where they were stopped', async () => {
    const stopping = new AbortController();
    let lines = 0;
    const logger = pino({ level: 'info' }, { write: () => void (++lines === 3 && stopping.abort()) });
    await expect(run('stopped', { logger, signal: stopping.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const all = await loadMigrations('cell');
    const report = await run('stopped');
    expect(report.alreadyDone).toBe(3);
    expect(names(report)).toEqual(all.slice(3).map(({ step }) => step));
  });

  it('go on after a step that failed and was mended, without repeating the ones before', async () => {
    const broken = steps(`${table('a')}${table('b', 'Nonsense')}${table('c')}`);
    await expect(run('mended', { steps: broken })).rejects.toMatchObject({ code: 'internal' });
    const report = await run('mended', { steps: steps(`${table('a')}${table('b')}${table('c')}`) });
    expect(names(report)).toEqual(['b', 'c']);
  });

  it('survive a crash between a statement and its row', async () => {
    await run('crashed');
    await store.command({ name: 'test', sql: 'TRUNCATE TABLE crashed.schema_migrations' });
    expect((await run('crashed')).alreadyDone).toBe(0);
    expect((await run('crashed')).steps).toEqual([]);
  });

  it('may run twice at once', async () => {
    await Promise.all([run('twice'), run('twice')]);
    expect((await run('twice')).steps).toEqual([]);
    expect(await tablesOf('twice')).toEqual(await tablesOf('fresh_cell'));
  });

  it('refuse a finished step that was changed or removed, before anything is done', async () => {
    await run('changed', { steps: steps(`${table('a')}${table('b')}`) });
    const changed = run('changed', { steps: steps(`${table('a', 'UInt16')}${table('b')}${table('c')}`) });
    await expect(changed).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/0001-test\.sql: step a was changed after it was applied/),
    });
    const removed = run('changed', { steps: steps(`${table('a')}${table('c')}`) });
    await expect(removed).rejects.toThrow(/step 1\/b was applied but is not in the migrations/);
    expect(await tablesOf('changed')).not.toContain('c');
  });

  it('leave a database alone that a newer version has migrated further', async () => {
    const second = parseMigrationFile('0002-more.sql', table('b'));
    await run('newer', { steps: [...steps(table('a')), ...second] });
    expect(await run('newer', { steps: steps(table('a')) })).toEqual({ steps: [], alreadyDone: 1 });
  });

  it('only tell what they would do in a dry run', async () => {
    const report = await run('dry', { dryRun: true });
    expect(report.steps[0]).toMatchObject({
      file: '0001-traces.sql',
      step: 'create_spans',
      sql: expect.stringMatching(/^CREATE TABLE IF NOT EXISTS `dry`\.spans/),
    });
    expect(await tablesOf('dry')).toEqual([]);
  });
});
