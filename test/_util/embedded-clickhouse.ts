import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReadyMessage } from '../../lib/lifecycle/child-process.js';

export interface EmbeddedClickHouse {
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** What the process wrote to stderr so far. */
  stderr(): string;
  /** SIGTERM, wait for the end, remove the data directory unless it was given. Resolves with the exit code. */
  close(): Promise<number | null>;
}

export interface EmbeddedClickHouseOptions {
  /** Kept on close. Default: a new temporary directory, removed on close. */
  readonly dataDir?: string;
  /** `host:port`; default a free port on 127.0.0.1. */
  readonly listen?: string;
  /** Start by hand as `main` does, with a supervisor, instead of the engine alone. */
  readonly supervised?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the embedded engine as a process of its own and resolves when it answers. */
export async function startEmbeddedClickHouse(
  options: EmbeddedClickHouseOptions = {},
): Promise<EmbeddedClickHouse> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'gob-clickhouse-')));
  const child = spawnEmbedded({ ...options, dataDir });
  const output: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message) => {
      if (isReadyMessage(message)) resolve(message.url);
    });
    exited.then(
      () => reject(new Error(`embedded ClickHouse did not start: ${output.join('').trim()}`)),
      reject,
    );
  });
  return {
    url,
    dataDir,
    process: child,
    stderr: () => output.join(''),
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

function spawnEmbedded(options: EmbeddedClickHouseOptions & { readonly dataDir: string }): ChildProcess {
  const script = `dist/services/clickhouse-embedded/${options.supervised === true ? 'main' : 'engine-main'}.js`;
  const flags = ['--data-dir', options.dataDir, '--listen', options.listen ?? '127.0.0.1:0'];
  return spawn(process.execPath, [script, ...flags], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '40', ...options.env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
}
