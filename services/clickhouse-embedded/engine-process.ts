import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Exit code of the engine process when a restart cannot help: bad settings, directory or port taken. */
export const EXIT_CANNOT_START = 78;

export interface EngineProcessOptions {
  /** Flags as for `main.ts`, e.g. `['--data-dir', '/var/lib/gob/clickhouse', '--listen', '127.0.0.1:8123']`. */
  readonly args: readonly string[];
  /** Environment of the child; it gets UV_THREADPOOL_SIZE when that is not set. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Every statement occupies a thread of libuv's pool; the size can only be set before the process starts. */
const THREADS = '40';

/** Starts `engine-main` as a child with an IPC channel; it announces readiness with the URL it answers on. */
export function spawnEngineProcess(options: EngineProcessOptions): ChildProcess {
  const env = { ...options.env, UV_THREADPOOL_SIZE: options.env.UV_THREADPOOL_SIZE ?? THREADS };
  return spawn(process.execPath, [...nodeArgs(), scriptPath('engine-main'), ...options.args], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Path of a main file beside this one: a .ts source in development, .js in a build. */
function scriptPath(name: 'engine-main' | 'main'): string {
  return fileURLToPath(new URL(`./${name}${isSource() ? '.ts' : '.js'}`, import.meta.url));
}

/** Flags for node that let it run what {@link scriptPath} names. */
function nodeArgs(): string[] {
  if (!isSource()) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}

function isSource(): boolean {
  return import.meta.url.endsWith('.ts');
}
