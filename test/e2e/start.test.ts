import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../lib/lifecycle/listen.js';
import { startEmbeddedClickHouse } from '../_util/embedded-clickhouse.js';
import { type Mesh, readBanner, spawnMesh, startMesh, waitForText } from '../_util/mesh.js';
import { sendWithJsSdk } from '../_util/otlp-clients.js';
import { eventually, getJson } from '../_util/rest.js';
import { ANY_PORT } from '../_util/service-context.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gob-start-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Process ids of the mesh's children, as the system sees them. */
function childrenOf(pid: number): number[] {
  return spawnSync('pgrep', ['-P', String(pid)])
    .stdout.toString()
    .trim()
    .split('\n')
    .filter(Boolean)
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Files and directories that the group or others may touch. Links have no mode of their own. */
function openToOthers(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (statSync(path).mode & 0o077) !== 0);
}

/** A start that must fail: its exit code and what it said. */
async function failedStart(
  options: Parameters<typeof spawnMesh>[0],
): Promise<{ code: number | null; stderr: string }> {
  const started = spawnMesh(options);
  const code = await started.exited;
  return { code, stderr: started.output.stderr };
}

const sendTo = (mesh: Mesh, serviceName: string) =>
  sendWithJsSdk({
    OTEL_EXPORTER_OTLP_ENDPOINT: mesh.otlpHttpUrl,
    OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${mesh.ingestToken}`,
    OTEL_SERVICE_NAME: serviceName,
  });

/** An acknowledged export is on disk at once and in ClickHouse a moment later, so the answer is waited for. */
const seesService = (mesh: Mesh, name: string) =>
  eventually(
    () => getJson<{ services?: { name: string }[] }>(mesh, '/v3/query/1/services'),
    ({ body }) => body.services?.length === 1 && body.services[0]?.name === name,
  );

describe('a start that cannot work ends with one clear line', () => {
  it('when a port is taken', async () => {
    const taken = createServer();
    const { port } = new URL(await listen(taken, ANY_PORT, 'test'));
    const { code, stderr } = await failedStart({ env: { OTLP_HTTP_ADDRESS: `127.0.0.1:${port}` } });
    taken.close();
    expect(code).toBe(78);
    expect(stderr).toBe(
      `OTLP HTTP (OTLP_HTTP_ADDRESS): 127.0.0.1:${port} is already in use. Stop the other process or choose another port.\n`,
    );
  });

  it('when settings are bad, all of them in one message', async () => {
    const { code, stderr } = await failedStart({
      env: { LOG_LEVEL: 'loud', GATEWAY_ADDRESS: 'nowhere' },
      args: ['--no-such-flag'],
    });
    expect(code).toBe(78);
    expect(stderr).toMatch(/--no-such-flag/);
    expect(stderr).toMatch(/LOG_LEVEL: expected one of/);
    expect(stderr).toMatch(/GATEWAY_ADDRESS: expected host:port/);
    expect(stderr).not.toMatch(/ at /);
  });

  it('when the data directory cannot be written', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await failedStart({ dataDir: join(file, 'data') });
    expect(code).toBe(78);
    expect(stderr).toMatch(/^DATA_DIR: .* cannot be written \(ENOTDIR\)\. .*\n$/);
  });
});

describe('a mesh that runs', () => {
  let mesh: Mesh;
  const dataDir = mkdtempSync(join(tmpdir(), 'gob-running-'));
  beforeAll(async () => {
    mesh = await startMesh({ dataDir });
  });
  afterAll(async () => {
    await mesh?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('lets no second instance into its data directory, which says so in one line', async () => {
    const { code, stderr } = await failedStart({ dataDir });
    expect(code).toBe(78);
    expect(stderr).toBe(
      `DATA_DIR: ${dataDir} is in use by process ${mesh.pid}. Stop it or choose another directory.\n`,
    );
  });

  it('serves the metrics of every process', async () => {
    const text = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();
    for (const process of ['all-in-one', 'otlp-receiver-0', 'clickhouse-embedded'])
      expect(text).toContain(`process="${process}"`);
    expect((await fetch(`${mesh.metricsUrl}/ready`)).status).toBe(200);
  });
});

describe('the whole mesh', () => {
  it('ends clean on Ctrl-C with no process left behind, and keeps its data and its credentials', async () => {
    const first = await startMesh({ dataDir: directory });
    await sendTo(first, 'kept');
    const children = childrenOf(first.pid);
    expect(children.length).toBeGreaterThanOrEqual(2);
    expect(await first.stop()).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
    expect(openToOthers(directory)).toEqual([]);

    const second = await startMesh({ dataDir: directory });
    expect(second.ingestToken).toBe(first.ingestToken);
    await seesService(second, 'kept');
    expect(await second.stop()).toBe(0);
  });

  it('leaves no process behind when it is killed outright', async () => {
    const mesh = await startMesh({ dataDir: directory });
    const children = childrenOf(mesh.pid);
    process.kill(mesh.pid, 'SIGKILL');
    await eventually(
      async () => children.filter(isAlive),
      (alive) => alive.length === 0,
    );
    const again = await startMesh({ dataDir: directory });
    expect(await again.stop()).toBe(0);
  });

  it('starts dead children again, and goes on taking and showing traces', async () => {
    const mesh = await startMesh({ dataDir: directory });
    for (const pid of childrenOf(mesh.pid)) process.kill(pid, 'SIGKILL');
    await eventually(
      () =>
        sendTo(mesh, 'after').then(
          () => true,
          () => false,
        ),
      (sent) => sent,
    );
    await seesService(mesh, 'after');
    expect(await mesh.stop()).toBe(0);
  });

  it('waits, alive but not ready, for a ClickHouse that does not answer, and works with it once it does', async () => {
    const clickhouse = await startEmbeddedClickHouse();
    const address = new URL(clickhouse.url).host;
    await clickhouse.close();
    const freed = createServer();
    const metricsAddress = new URL(await listen(freed, ANY_PORT, 'test')).host;
    await new Promise((resolve) => freed.close(resolve));

    const started = spawnMesh({
      dataDir: directory,
      env: { CLICKHOUSE_URL: `http://${address}`, METRICS_ADDRESS: metricsAddress },
    });
    const status = (path: string) =>
      fetch(`http://${metricsAddress}${path}`).then(
        (response) => response.status,
        () => 0,
      );
    await eventually(
      () => status('/live'),
      (code) => code === 200,
    );
    expect(await status('/ready')).toBe(503);
    await waitForText(started, 'ClickHouse');

    const engine = await startEmbeddedClickHouse({ listen: address });
    await waitForText(started, 'The observability backend is ready.');
    const mesh = readBanner(started);
    await sendTo(mesh, 'late');
    await seesService(mesh, 'late');
    expect(await mesh.stop()).toBe(0);
    await engine.close();
  });
});
