import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../lib/config/load.js';
import type { Kv } from '../../lib/kv/kv.js';
import { openKv } from '../../lib/kv/open-kv.js';
import { redisSettings } from '../../lib/kv/redis/redis-settings.js';
import { freePort } from './free-port.js';

/** Why tests that need Redis cannot run here; undefined when they can. */
export const missingRedis: string | undefined = (() => {
  try {
    execFileSync('redis-server', ['--version']);
    return undefined;
  } catch {
    return 'redis-server is not installed';
  }
})();

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** A kv that uses it, closed by the caller. */
  open(env?: Readonly<Record<string, string>>): Kv;
  /** Ends the process at once; everything in it is lost. */
  stop(): Promise<void>;
  /** Starts it again on the same port, with what it kept on disk or without. */
  start(options?: { readonly isEmpty?: boolean }): Promise<void>;
  /** Stops it from answering without ending its connections, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Stops it and removes its directory. */
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** Further options of redis-server. */
  readonly args?: readonly string[];
  /** Of the URL; a `rediss` server listens with TLS only and gets its files from `args`. */
  readonly scheme?: string;
  /** Port of the master that this one watches, as a sentinel, under the name `main`. */
  readonly sentinelOf?: number;
}

/** Starts a redis-server of its own on a free port, which keeps nothing on disk. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { args = [], scheme = 'redis', sentinelOf } = options;
  const dir = mkdtempSync(join(tmpdir(), 'gob-redis-'));
  const port = await freePort();
  const ports = scheme.startsWith('rediss') ? ['--port', '0', '--tls-port'] : ['--port'];
  const shared = [...ports, String(port), '--bind', '127.0.0.1', '--dir', dir];
  const confFile = join(dir, 'redis.conf');
  writeFileSync(confFile, sentinelOf ? `sentinel monitor main 127.0.0.1 ${sentinelOf} 1\n` : '');
  const mode = sentinelOf ? ['--sentinel'] : ['--save', '', '--appendonly', 'no'];
  let child: ChildProcess | undefined;
  const start = async ({ isEmpty = false } = {}) => {
    if (isEmpty) rmSync(join(dir, 'appendonlydir'), { recursive: true, force: true });
    const all = [confFile, ...shared, ...mode, ...args];
    child = spawn('redis-server', all, { stdio: ['ignore', 'pipe', 'inherit'] });
    const started = child;
    // A test that fails leaves no server behind.
    process.once('exit', () => started.kill('SIGKILL'));
    await saysReady(child);
  };
  const stop = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  await start();
  const url = `${scheme}://127.0.0.1:${port}`;
  return {
    port,
    url,
    open: (env) => openTestKv({ REDIS_URL: url, ...env }),
    start,
    stop,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    close: async () => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A kv as a service opens it from its environment, silent. */
export function openTestKv(env: Readonly<Record<string, string>>): Kv {
  const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }, pino.destination(2));
  return openKv(loadConfig(redisSettings, { argv: [], env: { REDIS_TIMEOUT: '2s', ...env } }), logger);
}

function saysReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/Ready to accept connections|Sentinel ID is/.test(output)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
  });
}
