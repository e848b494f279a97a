import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code, ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import {
  IDENTITY_FILE,
  projectsOf,
  startUnderTest,
  type TenantQuotaUnderTest,
  untilReady,
} from './harness.js';

const log: string[] = [];
let clickhouse: EmbeddedClickHouse;
let directory = '';
let identityFile = '';
let mesh: TenantQuotaUnderTest;

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  directory = await mkdtemp(join(tmpdir(), 'gob-tenant-quota-'));
  identityFile = join(directory, 'identity.yaml');
  await writeFile(identityFile, IDENTITY_FILE);
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(line) });
  const context = { ...testServiceContext(), logger };
  mesh = await startUnderTest(clickhouse.url, identityFile, context);
  await untilReady(context.readiness);
});
afterAll(async () => {
  await mesh.close();
  await clickhouse.close();
  await rm(directory, { recursive: true });
});

describe('the identity file', () => {
  /** What a watcher is told, as `id@projects` lines; the listing's end is `synced`. */
  async function watch(lines: string[], signal: AbortSignal): Promise<void> {
    const stream = mesh.client.calls.watchTenants({}, { ...(await mesh.asService(signal)), timeoutMs: 0 });
    for await (const { tenant, synced } of stream) {
      if (tenant) lines.push(`${tenant.id}: ${projectsOf(tenant)}`);
      if (synced) lines.push('synced');
    }
  }

  it('applies within seconds when it changes, and reaches watchers; a broken one changes nothing', async () => {
    const leaving = new AbortController();
    const lines: string[] = [];
    const watching = watch(lines, leaving.signal).catch((error: unknown) => ConnectError.from(error).code);
    const seen = (expected: readonly string[]) =>
      vi.waitFor(() => expect(lines).toEqual(expected), { timeout: 6_000 });
    const listing = ['22: 7, 8 off', '33: 9', 'synced'];
    await seen(listing);
    const before = await mesh.getTenant(22);

    await writeFile(identityFile, 'tenants: [ { id: 22, path: acme, tier: gold } ]');
    await vi.waitFor(() => expect(log.join('')).toMatch(/tenants\.0\.tier.*last good state/s), {
      timeout: 3_000,
    });
    expect(await mesh.getTenant(22)).toEqual(before);

    await writeFile(identityFile, IDENTITY_FILE.replace('{ id: 7, path: acme/shop }, ', ''));
    await seen([...listing, '22: 7 off, 8 off']);
    expect((await mesh.getTenant(22))?.version).toBeGreaterThan(before?.version ?? 0n);

    await writeFile(identityFile, IDENTITY_FILE.replace(/ {2}- id: 33[\s\S]*/, ''));
    await seen([...listing, '22: 7 off, 8 off', '22: 7, 8 off', '33: 9 off']);

    await writeFile(identityFile, IDENTITY_FILE);
    await seen([...listing, '22: 7 off, 8 off', '22: 7, 8 off', '33: 9 off', '33: 9']);
    leaving.abort();
    expect(await watching).toBe(Code.Canceled);
  });

  it('that is broken at the start stops it with one message', async () => {
    const broken = join(directory, 'broken.yaml');
    await writeFile(broken, 'tenants: [ { id: 0 } ]');
    await expect(startUnderTest(clickhouse.url, broken, testServiceContext())).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('tenants.0.id'),
    });
  });
});

describe('a second process', () => {
  it('on the same database is ready soon without any DDL, and its watchers end when it stops', async () => {
    const second = testServiceContext();
    const startedAtMs = performance.now();
    const running = await startUnderTest(clickhouse.url, identityFile, second);
    await untilReady(second.readiness);
    const readyMs = performance.now() - startedAtMs;
    const metrics = await second.registry.metrics();
    expect(metrics).not.toContain('statement="migrate"');
    expect(metrics).toContain(
      'gob_store_calls_total{service="default",statement="migrations_applied",outcome="ok"} 2',
    );
    expect(metrics).toContain('gob_tenant_quota_tenants_count 2');
    expect(readyMs).toBeLessThan(3_000);

    const ids: number[] = [];
    const stream = running.client.calls.watchTenants({}, { ...(await running.asService()), timeoutMs: 0 });
    const ended = (async () => {
      for await (const { tenant } of stream) ids.push(tenant?.id ?? 0);
    })();
    await vi.waitFor(() => expect(ids).toEqual([22, 33]));
    const closingAtMs = performance.now();
    await running.service.close();
    await ended;
    expect(performance.now() - closingAtMs).toBeLessThan(2_500);
    await running.close();
  });
});
