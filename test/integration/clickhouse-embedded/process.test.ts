import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';

const started: EmbeddedClickHouse[] = [];
const dirs: string[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
  await Promise.all(dirs.splice(0).map((dir) => rm(dir, { recursive: true, force: true })));
});

async function start(
  options: Parameters<typeof startEmbeddedClickHouse>[0] = {},
): Promise<EmbeddedClickHouse> {
  const server = await startEmbeddedClickHouse(options);
  started.push(server);
  return server;
}

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gob-clickhouse-'));
  dirs.push(dir);
  return dir;
}

/** What a start that must fail wrote, and with which exit code. */
async function failedStart(options: Parameters<typeof startEmbeddedClickHouse>[0]): Promise<string> {
  return startEmbeddedClickHouse(options).then(
    (server) => server.close().then(() => 'it started'),
    (error: Error) => error.message.replace('embedded ClickHouse did not start: ', ''),
  );
}

async function run(url: string, query: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: query, signal: AbortSignal.timeout(10_000) });
  return (await response.text()).trim();
}

/** Process id of the engine that answered last; under supervision it is a child of the started process. */
function pidFromLog(server: EmbeddedClickHouse): number {
  const pids = [...server.stderr().matchAll(/"pid":(\d+),"msg":"embedded ClickHouse answers"/g)];
  return Number(pids.at(-1)?.[1]);
}

describe('one owner', () => {
  it('refuses a second process on the data directory in one line that names the first', async () => {
    const first = await start();
    const line = await failedStart({ dataDir: first.dataDir });
    expect(line).toBe(
      `clickhouse-embedded: data directory ${first.dataDir} is in use by process ${first.process.pid}. Stop it or choose another directory.`,
    );
    expect(await run(first.url, 'SELECT 1')).toBe('1');
  });

  it('takes the directory of a killed process at once', async () => {
    const dataDir = await tempDir();
    const first = await start({ dataDir });
    await run(first.url, 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a');
    await run(first.url, 'INSERT INTO t VALUES (1)');
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');
    const second = await start({ dataDir });
    expect(await run(second.url, 'SELECT count() FROM t')).toBe('1');
  });
});

describe('a start that cannot work', () => {
  it('says that the port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    for (const supervised of [false, true]) {
      const line = await failedStart({
        listen: `127.0.0.1:${port}`,
        supervised,
        env: { LOG_LEVEL: 'silent' },
      });
      expect(line).toMatch(new RegExp(`^clickhouse-embedded: .*127.0.0.1:${port} is already in use[^\n]*$`));
    }
    blocker.close();
  });

  it('says that the data directory is not writable', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    expect(await failedStart({ dataDir: file })).toMatch(
      /^clickhouse-embedded: data directory .* is not writable: [^\n]*$/,
    );
    expect(await failedStart({ dataDir: join(file, 'below') })).toMatch(
      /^clickhouse-embedded: data directory .* is not writable: [^\n]*$/,
    );
  });

  it.skipIf(process.getuid?.() === 0)('says so of a directory without write permission', async () => {
    const dir = await tempDir();
    await chmod(dir, 0o500);
    expect(await failedStart({ dataDir: dir })).toMatch(/is not writable: [^\n]*$/);
  });

  it('wants a password when it listens off loopback, and lists bad settings', async () => {
    expect(await failedStart({ listen: '0.0.0.0:0' })).toContain('set CLICKHOUSE_EMBEDDED_PASSWORD');
    const lines = await failedStart({ listen: 'nonsense', env: { CLICKHOUSE_EMBEDDED_MAX_BODY: 'much' } });
    expect(lines).toContain('--listen: expected host:port');
    expect(lines).toContain('CLICKHOUSE_EMBEDDED_MAX_BODY: expected a size');
  });
});

describe('a clean stop', () => {
  it.each([
    ['SIGTERM', false],
    ['SIGTERM', true],
    ['SIGINT', true],
  ] as const)(
    'finishes what runs on %s, supervised %s, and frees the directory',
    async (signal, supervised) => {
      const server = await start({ supervised });
      const slow = run(server.url, 'SELECT sleepEachRow(1) FROM numbers(2) SETTINGS max_block_size = 1');
      const others = 'SELECT count() FROM system.processes';
      await vi.waitFor(async () => expect(await run(server.url, others)).toBe('2'), 5_000);
      const exited = once(server.process, 'exit');
      server.process.kill(signal);
      expect(await slow).toBe('0\n0');
      expect(await exited).toEqual([0, null]);
    },
  );

  it('leaves Ctrl-C to the parent when it has one', async () => {
    const server = await start();
    server.process.kill('SIGINT');
    expect(await run(server.url, 'SELECT sleep(0.2)')).toBe('0');
  });

  it('stops the engine when its parent is killed', async () => {
    const server = await start({ supervised: true });
    const pid = pidFromLog(server);
    expect(isAlive(pid)).toBe(true);
    server.process.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000);
  });

  it('leaves no engine behind when its parent is told to stop', async () => {
    const server = await start({ supervised: true });
    const pid = pidFromLog(server);
    expect(await server.close()).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('supervision', () => {
  async function withTable(): Promise<EmbeddedClickHouse> {
    const env = { CLICKHOUSE_EMBEDDED_PROBE_INTERVAL: '100ms', CLICKHOUSE_EMBEDDED_PROBE_TIMEOUT: '1s' };
    const server = await start({ supervised: true, env });
    await run(server.url, 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a');
    await run(server.url, 'INSERT INTO t VALUES (1), (2)');
    return server;
  }

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'starts the engine again after %s, on the same port with its data',
    async (signal) => {
      const server = await withTable();
      const pid = pidFromLog(server);
      process.kill(pid, signal);
      await vi.waitFor(() => expect(pidFromLog(server)).not.toBe(pid), 20_000);
      await vi.waitFor(async () => expect(await run(server.url, 'SELECT count() FROM t')).toBe('2'), 10_000);
      expect(isAlive(pid)).toBe(false);
      if (signal === 'SIGSTOP') expect(server.stderr()).toContain('child process is stuck; killing it');
    },
  );
});
