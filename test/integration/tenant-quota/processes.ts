import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../_util/free-port.js';

export interface QuotaProcessOptions {
  readonly clickhouseUrl: string;
  /** What the worker's file says about its death; empty to live. */
  readonly kill?: string;
  /** CLICKHOUSE_SERVICES_FILE. */
  readonly servicesFile?: string;
  readonly identityFile?: string;
  /** Where keys come from: a gatekeeper's URL, or a JWKS document. */
  readonly keys: string;
  readonly redisUrl?: string;
}

export interface QuotaProcess {
  readonly url: string;
  readonly exited: Promise<unknown>;
  end(): Promise<void>;
}

/** How long the rows of a tenant that was moved stay. */
const GRACE_MS = '1000';

/** Loading the code takes longer than anything that follows. */
const LOADED = { TEST_SPARE: '1' };

/** Starts tenant-quota in processes that share an address, one at a time; they resolve when ready, or dead. */
export async function quotaProcesses(options: QuotaProcessOptions) {
  const port = await freePort();
  let spare = forkWorker(options, port, LOADED);
  const start = async (kill = '') => {
    const child = spare;
    child.send({ kill });
    const started = await untilReady(child, port);
    spare = forkWorker(options, port, LOADED);
    return started;
  };
  const close = () => end(spare, once(spare, 'exit'));
  return { url: `http://127.0.0.1:${port}`, start, close };
}

export function startQuotaProcess(options: QuotaProcessOptions, port: number): Promise<QuotaProcess> {
  return untilReady(forkWorker(options, port), port);
}

function forkWorker(options: QuotaProcessOptions, port: number, more: NodeJS.ProcessEnv = {}): ChildProcess {
  const { clickhouseUrl, servicesFile, kill = '', identityFile, keys, redisUrl } = options;
  return fork('dist/test/integration/tenant-quota/worker.js', [], {
    env: {
      ...process.env,
      ...{ TEST_PORT: String(port), TEST_CLICKHOUSE_URL: clickhouseUrl, TEST_KILL: kill, TEST_KEYS: keys },
      ...{ TEST_GRACE_MS: GRACE_MS, TEST_IDENTITY_FILE: identityFile, TEST_REDIS_URL: redisUrl },
      TEST_SERVICES_FILE: servicesFile,
      ...more,
    },
  });
}

async function untilReady(child: ChildProcess, port: number): Promise<QuotaProcess> {
  const exited = once(child, 'exit');
  await Promise.race([once(child, 'message'), exited]);
  return { url: `http://127.0.0.1:${port}`, exited, end: () => end(child, exited) };
}

async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await exited;
}
