import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = 'dist/services/all-in-one/main.js';
const READY_LINE = 'The observability backend is ready.';
const ANY_PORT = '127.0.0.1:0';

export interface MeshOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** A directory that outlives this mesh; by default a new one, removed with the mesh. */
  readonly dataDir?: string;
}

export interface Mesh {
  readonly pid: number;
  /** The link with the one-time token, as printed. */
  readonly signInUrl: string;
  readonly uiUrl: string;
  readonly otlpGrpcUrl: string;
  readonly otlpHttpUrl: string;
  readonly metricsUrl: string;
  readonly ingestToken: string;
  readonly readToken: string;
  /** Everything printed on stdout so far. */
  stdout(): string;
  stderr(): string;
  /** Ctrl-C as in a terminal, which signals every process of the mesh; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** A started process whose output is kept. */
export interface StartedMesh {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly exited: Promise<number | null>;
  readonly dataDir: string;
}

/** Starts the built mesh on free ports without waiting for it. */
export function spawnMesh(options: MeshOptions = {}): StartedMesh {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gob-mesh-'));
  const addresses = {
    OTLP_GRPC_ADDRESS: ANY_PORT,
    OTLP_HTTP_ADDRESS: ANY_PORT,
    GATEWAY_ADDRESS: ANY_PORT,
    METRICS_ADDRESS: ANY_PORT,
  };
  const env = { ...cleanEnvironment(), ...addresses, DATA_DIR: dataDir, LOG_FORMAT: 'text', ...options.env };
  const child = spawn(process.execPath, [MAIN, ...(options.args ?? [])], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
    if (process.env.TEST_LOG_LEVEL) process.stderr.write(chunk);
  });
  const exited = once(child, 'exit').then(([code]) => {
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    return code as number | null;
  });
  return { child, output, exited, dataDir };
}

/** Starts the built mesh and waits until it says that it is ready. */
export async function startMesh(options: MeshOptions = {}): Promise<Mesh> {
  const started = spawnMesh(options);
  await waitForText(started, READY_LINE);
  return readBanner(started);
}

/** Resolves when stdout or stderr holds the text; rejects with all output when the process ends before. */
export function waitForText(started: StartedMesh, text: string): Promise<void> {
  const { child, output, exited } = started;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (`${output.stdout}\n${output.stderr}`.includes(text)) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    exited.then((code) =>
      reject(new Error(`exit code ${code} before "${text}":\n${output.stdout}${output.stderr}`)),
    );
    look();
  });
}

export function readBanner(started: StartedMesh): Mesh {
  const { child, output, exited, dataDir } = started;
  const after = (label: string) => new RegExp(`^  ${label} +(\\S+)`, 'm').exec(output.stdout)?.[1] ?? '';
  const { ingestToken, readToken } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8'));
  const signInUrl = after('UI');
  return {
    pid: child.pid ?? 0,
    signInUrl,
    uiUrl: new URL(signInUrl).origin,
    otlpGrpcUrl: after('OTLP gRPC'),
    otlpHttpUrl: after('OTLP HTTP'),
    metricsUrl: after('Metrics').replace(/\/metrics$/, ''),
    ingestToken,
    readToken,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    stop: () => {
      process.kill(-(child.pid ?? 0), 'SIGINT');
      return exited;
    },
  };
}

/** The test's environment without settings of ours, so that a developer's shell does not change a test. */
function cleanEnvironment(): Record<string, string | undefined> {
  const foreign =
    /^(OTEL_|CLICKHOUSE_|OTLP_|REDIS_URL|IDENTITY_FILE|CONFIG_FILE|LOG_|GATEKEEPER_|QUERY_|INGEST_|PROCESS_NAME|TENANT_QUOTA_|GATEWAY_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
