import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import { startUnderTest } from './harness.js';

let directory = '';
let listen = '';
let clickhouse: EmbeddedClickHouse | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gob-outage-'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  listen = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.close();
  await once(server, 'close');
});
afterAll(async () => {
  await clickhouse?.close();
  await rm(directory, { recursive: true });
});

const startClickHouse = () => startEmbeddedClickHouse({ dataDir: join(directory, 'clickhouse'), listen });

it('waits for ClickHouse, recovers by itself, and answers from memory in a later outage', async () => {
  const identityFile = join(directory, 'identity.yaml');
  const tenant = (tier: string) =>
    `tenants: [ { id: 22, path: acme, tier: ${tier}, projects: [ { id: 7, path: acme/shop } ] } ]\n`;
  await writeFile(identityFile, tenant('free'));
  const lines: { level: number; msg: string; reason?: string; cause?: string }[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const context = { ...testServiceContext(), logger };
  const mesh = await startUnderTest(`http://${listen}`, identityFile, context);
  const tierOf = async () => (await mesh.getTenant(22))?.tier;
  const warnings = () => lines.filter(({ level, cause }) => level === 40 && cause !== undefined);

  await vi.waitFor(() => expect(warnings().length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
  expect(warnings()[0]).toMatchObject({
    msg: expect.stringContaining('calls are refused'),
    reason: 'ClickHouse is not available',
    cause: expect.stringContaining('ECONNREFUSED'),
  });
  expect(context.readiness.blockers).toEqual({ registry: 'ClickHouse is not available' });
  const refused = fromConnectError(await tierOf().catch((error: unknown) => error));
  expect(refused).toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });

  clickhouse = await startClickHouse();
  await vi.waitFor(() => expect(context.readiness.isReady).toBe(true), { timeout: 15_000 });
  expect(await tierOf()).toBe(1);

  await clickhouse.close();
  await writeFile(identityFile, tenant('premium'));
  await vi.waitFor(() => expect(warnings().at(-1)?.msg).toContain('answered from memory'), {
    timeout: 10_000,
  });
  expect(await tierOf()).toBe(1);
  expect(context.readiness.isReady).toBe(true);

  clickhouse = await startClickHouse();
  await vi.waitFor(async () => expect(await tierOf()).toBe(2), { timeout: 15_000 });
  await mesh.close();
}, 60_000);
