import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayOf } from '../../../services/tenant-quota/retention/days.js';
import { eventually } from '../otlp-receiver/harness.js';
import { countRows, writeRows } from '../tenant-quota/cell-rows.js';
import { EU_CELL, HOME_CELL, type ServicesBed, startServicesBed, TENANTS, type TenantName } from './bed.js';

const TEST_TIMEOUT_MS = 300_000;

let bed: ServicesBed;
beforeAll(async () => {
  bed = await startServicesBed();
}, TEST_TIMEOUT_MS);
afterAll(() => bed?.close(), TEST_TIMEOUT_MS);

/** Spans of a tenant in a cell, as its engine counts them. */
async function spansIn(database: string, name: TenantName): Promise<number> {
  const sql = 'SELECT count() AS n FROM {database:Identifier}.spans WHERE TenantId = {tenantId:UInt32}';
  const params = { tenantId: TENANTS[name].id };
  const { rows } = await bed.store.query<{ n: string }>({ name: 'test', sql }, params, { database });
  return Number(rows[0]?.n);
}

async function sendUntilAdmitted(name: TenantName): Promise<void> {
  await eventually(() =>
    bed.send(name).then(
      () => true,
      () => undefined,
    ),
  );
}

/** A machine that is busy makes the tables, but not within a call's time: what is done is not done again. */
function createCell(...args: string[]): Promise<Record<string, unknown>> {
  return eventually(() =>
    bed.gob('cells', 'create', ...args).catch((error: Error) => {
      if (/^50[34]/.test(error.message)) return undefined;
      throw error;
    }),
  );
}

it(
  'a cell on another service takes its tenant from the first byte to the chart',
  async () => {
    await expect(bed.gob('cells', 'create', 'eu', '--service', 'mars')).rejects.toThrow(
      /knows no ClickHouse service "mars", only default, eu2.*CLICKHOUSE_SERVICES_FILE/,
    );
    const made = await createCell('eu', '--service', 'eu2', '--dedicated-to', '33');
    expect(made.cell).toMatchObject({ name: 'eu', database: 'gob_cell_eu', service: 'eu2' });
    await expect(bed.gob('cells', 'create', 'eu', '--service', 'default')).rejects.toThrow(/service eu2/);
    const { cells } = await bed.gob('cells', 'list');
    expect(cells).toMatchObject([
      { name: 'default', service: 'default' },
      { name: 'eu', service: 'eu2', dedicated_to: 33 },
    ]);
    await bed.gob('tenants', 'put', '22', '--path', 'home', '--project', '7=home/shop');
    await bed.gob('tenants', 'put', '33', '--path', 'away', '--project', '9=away/shop');
    await sendUntilAdmitted('home');
    await sendUntilAdmitted('away');
    await eventually(async () => (await bed.countShown('home')) === 1);
    await eventually(async () => (await bed.countShown('away')) === 1);
    expect([await spansIn(HOME_CELL, 'away'), await spansIn(EU_CELL, 'home')]).toEqual([0, 0]);
    expect(await spansIn(EU_CELL, 'away')).toBe(1);
  },
  TEST_TIMEOUT_MS,
);

it(
  'a service that is away holds up its own tenants only, and gets everything once when it is back',
  async () => {
    await bed.stopEu();
    for (const name of ['away', 'home', 'away', 'home'] as const) await bed.send(name);
    await eventually(async () => (await bed.countShown('home')) === 3);
    await expect(bed.countShown('away')).rejects.toThrow(/^503/);
    const { readiness, registry } = bed.receiver.context;
    await eventually(() => 'clickhouse eu2' in readiness.concerns);
    expect(readiness.isReady).toBe(true);
    expect(await registry.metrics()).toMatch(/gob_store_service_up\{service="eu2"\} 0/);

    // The registry comes up without the service, and knows its tenants.
    await bed.restartQuota();
    await sendUntilAdmitted('away');
    await sendUntilAdmitted('home');
    await eventually(async () => (await bed.countShown('home')) === 4);

    await bed.startEu();
    await eventually(async () => (await spansIn(EU_CELL, 'away')) >= 4);
    await eventually(() => !('clickhouse eu2' in readiness.concerns));
    await eventually(async () => (await bed.countShown('away')) === 4);
    expect(await spansIn(EU_CELL, 'away')).toBe(4);
  },
  TEST_TIMEOUT_MS,
);

it(
  'a query on another service ends when its caller goes away',
  async () => {
    const count = async () => {
      const sql = `SELECT count() AS n FROM system.processes WHERE query LIKE '%of_eu2%' AND query NOT LIKE '%processes%'`;
      const { rows } = await bed.store.query<{ n: string }>({ name: 'test', sql }, {}, { database: EU_CELL });
      return Number(rows[0]?.n);
    };
    const caller = new AbortController();
    const endless = {
      name: 'test',
      sql: `SELECT sum(sleepEachRow(0.1)) AS of_eu2 FROM numbers(100000) SETTINGS max_block_size = 1`,
    };
    const running = bed.store
      .query(endless, {}, { database: EU_CELL, signal: caller.signal, maxExecutionMs: 60_000 })
      .catch((error: unknown) => error);
    await eventually(async () => (await count()) === 1);
    caller.abort();
    expect(await running).toMatchObject({ code: 'cancelled' });
    await eventually(async () => (await count()) === 0);
  },
  TEST_TIMEOUT_MS,
);

it(
  'quotas and deletion of a tenant reach its rows on the other service',
  async () => {
    const today = dayOf(Date.now());
    for (const day of [today - 4, today - 2])
      await writeRows(bed.store, EU_CELL, 'spans', { tenantId: 33, day, rows: 2_000 });
    await writeRows(bed.store, HOME_CELL, 'spans', { tenantId: 22, day: today - 4, rows: 2_000 });
    await bed.gob('tenants', 'put', '33', '--limit', 'storage_bytes=100000');
    const daysOf = async (database: string, id: number) =>
      new Set(
        [...(await countRows(bed.store, database)).keys()].filter((key) => key.startsWith(`spans ${id} `)),
      ).size;
    await eventually(async () => (await daysOf(EU_CELL, 33)) === 1);
    expect(await daysOf(HOME_CELL, 22)).toBe(2);

    await bed.gob('tenants', 'delete', '33', '--grace-seconds', '0');
    await eventually(async () => {
      const left = [...(await countRows(bed.store, EU_CELL))].filter(([, rows]) => rows > 0);
      return left.length === 0;
    });
    // The receipt is written when nothing was left.
    const actions = await eventually(async () => {
      const { entries } = await bed.gob('audit', '--tenant', '33', '--page-size', '200');
      const found = (entries as { action: string }[]).map(({ action }) => action);
      return found.includes('erase_after') ? found : undefined;
    });
    expect(actions).toEqual(expect.arrayContaining(['storage_hard', 'drop_partition', 'erase_before']));
    expect(await spansIn(HOME_CELL, 'home')).toBe(2_004);
  },
  TEST_TIMEOUT_MS,
);

it(
  'a service that is added to the file can be used at once, and a file that is not right changes nothing',
  async () => {
    const eu3 = { name: 'eu3', url: bed.defaultUrl };
    const dryRun = () => bed.gob('cells', 'create', 'third', '--service', 'eu3', '--dry-run');
    const isRefused = () =>
      dryRun().then(
        () => false,
        (error: Error) => /knows no ClickHouse service "eu3"/.test(error.message),
      );
    bed.writeServices([bed.eu2, { ...eu3, url: 'no url' }]);
    expect(await isRefused()).toBe(true);
    bed.writeServices([bed.eu2, eu3]);
    const { statements } = await eventually(() => dryRun().catch(() => undefined));
    expect(statements).toContainEqual(expect.stringContaining('`gob_cell_third`.spans'));
    bed.writeServices([bed.eu2]);
    await eventually(isRefused);
    expect(await bed.countShown('home')).toBe(4);
  },
  TEST_TIMEOUT_MS,
);
