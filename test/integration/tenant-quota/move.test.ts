import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayOf, dayText } from '../../../services/tenant-quota/retention/days.js';
import { oneSpan } from '../otlp-receiver/durable/spool.harness.js';
import { eventually } from '../otlp-receiver/harness.js';
import { countRows, WRITTEN_TABLES, writeRows } from './cell-rows.js';
import { type MoveBed, SECOND_SERVICE, SENDER, startMoveBed } from './move.bed.js';
import { breakCharts, expectBooksToBalance, expectChartsToAgree, stagingDatabases } from './move.checks.js';
import { lateStore, partsOfMover, taskOf } from './move.parts.js';

const [OLD, NEW] = ['gob_cell_default', `gob_cell_large@${SECOND_SERVICE}`];
const TEST_TIMEOUT_MS = 500_000;

let bed: MoveBed;
beforeAll(async () => {
  bed = await startMoveBed();
  await bed.gob('cells', 'create', 'large', '--service', SECOND_SERVICE);
  await bed.gob('cells', 'create', 'kept', '--dedicated-to', '33');
  const today = dayOf(Date.now());
  for (const [tenantId, database] of [
    [22, OLD],
    [33, OLD],
    [33, NEW],
  ] as const)
    for (const table of WRITTEN_TABLES)
      for (const day of [today - 2, today - 5])
        await writeRows(bed.store, database, table, { tenantId, day, rows: 300 });
}, TEST_TIMEOUT_MS);
afterAll(() => bed?.close(), 60_000);

/** Rows of one tenant in a cell, by table and day; those of today left out. */
async function rowsBefore(database: string, tenantId: number): Promise<Record<string, number>> {
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const all = [...(await countRows(bed.store, database))];
  return Object.fromEntries(
    all.filter(([key]) => key.split(' ')[1] === String(tenantId) && !key.endsWith(today)),
  );
}

async function spanCounts(database: string): Promise<Map<string, number>> {
  const sql = `SELECT lower(hex(TraceId)) AS id, toUInt32(count()) AS spans FROM {database:Identifier}.spans
    WHERE TenantId = 22 AND Timestamp > now() - INTERVAL 1 HOUR GROUP BY id`;
  const { rows } = await bed.store.query<{ id: string; spans: number }>(
    { name: 'test_spans', sql },
    {},
    { database },
  );
  return new Map(rows.map(({ id, spans }) => [id, spans]));
}

/** What was acknowledged in all tests. */
const sentInAll = new Set<string>();

/** Sends single spans, and counts what is shown, until it is stopped. */
function useMesh() {
  const acknowledged: string[] = [];
  const shown: number[] = [];
  const failures: unknown[] = [];
  const stop = new AbortController();
  const send = async () => {
    while (!stop.signal.aborted) {
      const traceId = randomBytes(16);
      const body = new Uint8Array(oneSpan(traceId));
      const headers = { 'content-type': 'application/x-protobuf', 'PRIVATE-TOKEN': SENDER };
      const answer = await fetch(`${bed.receiver.httpUrl}/v1/traces`, { method: 'POST', headers, body });
      if (answer.ok) {
        acknowledged.push(traceId.toString('hex'));
        sentInAll.add(traceId.toString('hex'));
      } else failures.push(answer.status);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const read = async () => {
    while (!stop.signal.aborted) shown.push(await bed.countSpans());
  };
  const running = Promise.all(
    [send(), send(), read()].map((one) => one.catch((error) => failures.push(error))),
  );
  return {
    ...{ acknowledged, shown, failures },
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}

const stepOf = async (tenant = '22') =>
  (await bed.gob('tenants', 'move', tenant)).move as Record<string, unknown>;
/** What a receiver that was down all the time brings to a cell when the tenant has long left it, or never came. */
async function expectStraysToFollow(): Promise<void> {
  const day = dayOf(Date.now()) - 2;
  const spansOf = async (database: string) =>
    Object.entries(await rowsBefore(database, 22))
      .filter(([key]) => key.startsWith('spans '))
      .reduce((sum, [, rows]) => sum + rows, 0);
  const before = await spansOf(NEW);
  await bed.killQuota();
  await writeRows(bed.store, OLD, 'spans', { tenantId: 22, day, rows: 40 });
  await bed.startQuota();
  await eventually(async () => (await spansOf(NEW)) === before + 40);
  await untilStep('done');
  expect(await rowsBefore(OLD, 22)).toEqual({});
}

/** Where the mover is killed, one after the other: as it sends the statement, or when the statement has been done. */
const KILLS = [
  'insert_spans',
  'move_copy_rows',
  'move_stage_table',
  'move_take_sums after',
  'move_stage_attach after',
  'registry_write_tenants after',
  'move_delete_rows',
];

async function untilKilled(): Promise<void> {
  for (const kill of KILLS.slice(1)) await (await bed.startQuota(kill)).exited;
  await bed.startQuota();
}

const untilStep = (step: string, tenant = '22') =>
  eventually(async () => (await stepOf(tenant)).step === step);

it(
  'loses, doubles and hides nothing while it is written to and read, however often the mover is killed',
  async () => {
    const before = await rowsBefore(OLD, 22);
    const others = [await rowsBefore(OLD, 33), await rowsBefore(NEW, 33)];
    const mesh = useMesh();
    await eventually(() => mesh.acknowledged.length > 20);
    const dry = await bed.gob('tenants', 'move', '22', '--to', 'large', '--dry-run');
    expect(dry.move).toMatchObject({ from: 'default', to: 'large', step: 'copying', rows_copied: 0 });
    await expect(stepOf()).rejects.toThrow('was never moved');
    await expect(bed.gob('tenants', 'move', '22', '--to', 'kept')).rejects.toThrow('kept for tenant 33');

    await bed.killQuota();
    const first = await bed.startQuota(KILLS[0]);
    await bed.gob('tenants', 'move', '22', '--to', 'large');
    await first.exited;
    await untilKilled();
    await expect(bed.gob('tenants', 'move', '22', '--to', 'kept')).rejects.toThrow(/on its way|kept for/);
    await untilStep('done');

    // Those that are sent while this waits come later.
    const sent = mesh.acknowledged.length;
    await eventually(async () => (await bed.countSpans()) >= sent);
    await mesh.stop();
    expect(mesh.failures).toEqual([]);
    expect(mesh.shown).toEqual([...mesh.shown].sort((a, b) => a - b));
    await eventually(async () => (await spanCounts(NEW)).size === mesh.acknowledged.length);
    const counts = await spanCounts(NEW);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    expect(mesh.acknowledged.every((id) => counts.has(id))).toBe(true);
    expect(await rowsBefore(NEW, 22)).toEqual(before);
    expect(await rowsBefore(OLD, 22)).toEqual({});
    expect([await rowsBefore(OLD, 33), await rowsBefore(NEW, 33)]).toEqual(others);
  },
  TEST_TIMEOUT_MS,
);

it(
  'is taken back without a trace, with what was sent to the new cell meanwhile',
  async () => {
    const before = await rowsBefore(NEW, 22);
    const spans = (await spanCounts(NEW)).size;
    const mesh = useMesh();
    await bed.gob('tenants', 'move', '22', '--to', 'default');
    await expect(bed.gob('tenants', 'move', '22', '--to', 'large')).rejects.toThrow('on its way to default');
    await bed.gob('tenants', 'move', '22', '--abort');
    await untilStep('aborted');
    await mesh.stop();
    expect(mesh.failures).toEqual([]);
    await eventually(async () => (await spanCounts(NEW)).size === spans + mesh.acknowledged.length);
    expect([...(await spanCounts(NEW)).values()].every((count) => count === 1)).toBe(true);
    expect(await rowsBefore(NEW, 22)).toEqual(before);
    expect([await rowsBefore(OLD, 22), await spanCounts(OLD)]).toEqual([{}, new Map()]);
    await breakCharts(bed.store, NEW);
    await expectStraysToFollow();
    const cells = { at: NEW, left: OLD };
    await expectBooksToBalance(bed.store, cells, sentInAll.size);
    await expectChartsToAgree(bed.store, NEW);
    expect(await stagingDatabases(bed.store, [OLD, NEW])).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

it(
  'goes between cells of one service as well',
  async () => {
    const before = await rowsBefore(OLD, 33);
    await bed.gob('cells', 'create', 'near');
    await bed.gob('tenants', 'move', '33', '--to', 'near');
    await untilStep('done', '33');
    expect([await rowsBefore('gob_cell_near', 33), await rowsBefore(OLD, 33)]).toEqual([before, {}]);
  },
  TEST_TIMEOUT_MS,
);

it(
  'deletes nothing that comes between the last look and the deletion, and adds nothing twice',
  async () => {
    const day = dayOf(Date.now()) - 2;
    const write = async (rows: number) => {
      await writeRows(bed.store, OLD, 'spans', { tenantId: 44, day, rows });
      await writeRows(bed.store, OLD, 'attr_catalog', { tenantId: 44, day, rows });
    };
    await write(50);
    let isFirst = true;
    const late = lateStore(bed.store, async () => {
      if (isFirst) await write(3);
      isFirst = false;
    });
    const { leaving, sums } = partsOfMover(late);
    const task = taskOf(44, OLD, NEW);
    const found: string[] = [];
    for (let last = ''; last !== 'empty'; found.push(last)) {
      last = await leaving.leave(task, false);
      for (let time = 0; time < 2; time++) {
        await sums.give(task);
        await sums.take(task);
      }
    }
    expect(found).toEqual(['handOver', 'handOver', 'empty']);
    expect(await rowsBefore(OLD, 44)).toEqual({});
    expect(await rowsBefore(NEW, 44)).toMatchObject({
      [`spans 44 ${dayText(day).replaceAll('-', '')}`]: 53,
      [`attr_catalog 44 ${dayText(day).replaceAll('-', '')}`]: 53,
    });
  },
  TEST_TIMEOUT_MS,
);
