import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../../lib/store/migrate.js';
import { loadMigrations } from '../../../lib/store/migration-files.js';
import type { Store } from '../../../lib/store/store.js';
import { RegistryTables } from '../../../services/tenant-quota/registry/stored/registry-tables.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { openStore } from '../store/harness.js';

/** As the version before limits by name and tiers as rows read and wrote the registry. */
const PREVIOUS = {
  mark: 'SELECT toString(sum(newest)) AS mark FROM (SELECT max(Version) AS newest FROM {database:Identifier}.tenants GROUP BY TenantId)',
  cells: 'SELECT Name AS name, Database AS database FROM {database:Identifier}.cells FINAL ORDER BY name',
  tenants: `SELECT TenantId AS tenantId, Path AS path, Tier AS tier, IngestBytesPerSecond AS ingestBytesPerSecond,
  MaxRequestBytes AS maxRequestBytes, RetentionDays AS retentionDays, StorageBytes AS storageBytes, Cell AS cell, Status AS status,
  Source AS source, Version AS version, toUnixTimestamp64Milli(UpdatedAt) AS updatedAtMs FROM {database:Identifier}.tenants FINAL ORDER BY tenantId`,
  projects:
    'SELECT ProjectId AS projectId, TenantId AS tenantId, Path AS path, Enabled AS enabled, Version AS version FROM {database:Identifier}.projects FINAL ORDER BY projectId',
} as const;
const CONTROL = 'gob_control';
const STAMP = { Version: '1700000000000', UpdatedAt: '2026-01-01 00:00:00.000' };
const never = new AbortController().signal;

let clickhouse: EmbeddedClickHouse;
let store: Store;
beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  store = openStore(clickhouse.url);
});
afterAll(async () => {
  await store.close();
  await clickhouse.close();
});

const read = async (statement: keyof typeof PREVIOUS) =>
  (await store.query<object>({ name: 'previous', sql: PREVIOUS[statement] }, {}, { database: CONTROL })).rows;
const writeAsBefore = (tenantId: number) =>
  store.insertRows({
    ...{ name: 'previous', database: CONTROL, table: 'tenants' },
    rows: [
      {
        ...{
          TenantId: tenantId,
          Path: `t${tenantId}`,
          Tier: 'premium',
          IngestBytesPerSecond: 5,
          MaxRequestBytes: null,
        },
        ...{
          RetentionDays: 7,
          StorageBytes: null,
          Cell: 'default',
          Status: 'ready',
          Source: 'file',
          ...STAMP,
        },
      },
    ],
  });

it('the previous version reads and writes on the new schema, and each understands the other', async () => {
  const logger = pino({ level: 'silent' });
  const steps = await loadMigrations('control');
  const before = steps.filter(({ version }) => version === 1);
  await migrate({ store, logger, schema: 'control', database: CONTROL, steps: before });
  await writeAsBefore(22);
  const old = await Promise.all([read('mark'), read('cells'), read('tenants'), read('projects')]);

  await migrate({ store, logger, schema: 'control', database: CONTROL });
  expect(await Promise.all([read('mark'), read('cells'), read('tenants'), read('projects')])).toEqual(old);
  await writeAsBefore(33);
  await migrate({ store, logger, schema: 'control', database: CONTROL, steps: before });

  const tables = new RegistryTables(store);
  const [first, second] = await tables.readTenants(0, never);
  expect(first).toMatchObject({
    ...{ tenantId: 22, tier: 'premium', status: 'ready', statusReason: '', eraseAtMs: 0 },
    limits: { ingestBytesPerSecond: 5, retentionDays: 7 },
  });
  expect(second?.tenantId).toBe(33);
  if (first) await tables.writeTenants([{ ...first, limits: { logsRetentionDays: 3 } }], Date.now(), never);
  expect((await read('tenants'))[0]).toMatchObject({ tenantId: 22, retentionDays: null, status: 'ready' });
});

const READ_COLUMNS =
  'SELECT table, name, type FROM system.columns WHERE database = {database:String} ORDER BY table, position';

/** Types by table and column. */
async function columnsOf(database: string): Promise<Map<string, string>> {
  const statement = { name: 'test_columns', sql: READ_COLUMNS };
  const { rows } = await store.query<{ table: string; name: string; type: string }>(statement, { database });
  return new Map(rows.map(({ table, name, type }) => [`${table}.${name}`, type]));
}

/** An enumeration may get more values at its end: what was written before is read as before. */
const isKept = (before: string, after = 'missing') =>
  after === before || (/^Enum8\(/.test(before) && after.startsWith(`${before.slice(0, -1)}, `));

it.each(['cell', 'control'] as const)(
  'every column that a version of the %s schema had is there in the next one, with the same type',
  async (schema) => {
    const logger = pino({ level: 'silent' });
    const steps = await loadMigrations(schema);
    const database = `gob_expand_${schema}`;
    const versions = [...new Set(steps.map(({ version }) => version))].sort((a, b) => a - b);
    let before = new Map<string, string>();
    for (const version of versions) {
      const upTo = steps.filter((step) => step.version <= version);
      await migrate({ store, logger, schema, database, steps: upTo });
      const after = await columnsOf(database);
      const changed = [...before].filter(([name, type]) => !isKept(type, after.get(name)));
      expect(changed, `migration ${version}`).toEqual([]);
      expect(after.size, `migration ${version}`).toBeGreaterThanOrEqual(before.size);
      before = after;
    }
    expect(before.size).toBeGreaterThan(versions.length);
    // The check itself: a column that goes is noticed.
    const [first = ''] = before.keys();
    expect(isKept(before.get(first) ?? '', undefined)).toBe(false);
  },
  60_000,
);
