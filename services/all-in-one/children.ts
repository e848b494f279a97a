import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { AppError } from '../../lib/errors/app-error.js';
import type { Readiness } from '../../lib/health/readiness.js';
import { askForReport } from '../../lib/lifecycle/child-report.js';
import type { Closable } from '../../lib/lifecycle/lifecycle.js';
import { START_FAILED_EXIT_CODE } from '../../lib/lifecycle/run-process.js';
import { type SupervisedChild, superviseChild } from '../../lib/lifecycle/supervise.js';
import type { Logger } from '../../lib/telemetry/logger.js';
import { spawnEngineProcess } from '../clickhouse-embedded/engine-process.js';
import { probeEngine } from '../clickhouse-embedded/probe.js';
import type { AllInOneConfig } from './config.js';
import { ReceiverPool } from './receiver-pool.js';

export interface RunningEngine extends Closable {
  readonly url: string;
}

export interface RunningReceivers extends Closable {
  readonly grpcUrl: string;
  readonly httpUrl: string;
}

/** A child that does not say how it is within this counts as silent for this once. */
const REPORT_TIMEOUT_MS = 1_000;
const PROBE_TIMEOUT_MS = 5_000;
const ENGINE_USER = 'gob';

/** The child processes of the mesh: started, kept alive, asked for their metrics. */
export class Children {
  readonly #config: AllInOneConfig;
  readonly #logger: Logger;
  readonly #running = new Map<string, ChildProcess>();

  constructor(config: AllInOneConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  /** Resolves once the engine answers; it has its data directory to itself from then on. */
  async startEngine(dataDir: string, signal: AbortSignal): Promise<RunningEngine> {
    let url = '';
    // Loopback is open to every user of the machine, so the engine asks even there.
    const password = randomBytes(24).toString('base64url');
    const environment = this.#environment({
      CLICKHOUSE_EMBEDDED_USER: ENGINE_USER,
      CLICKHOUSE_EMBEDDED_PASSWORD: password,
    });
    const engine = superviseChild({
      name: 'clickhouse-embedded',
      spawn: () => this.#track('clickhouse-embedded', spawnEngine(dataDir, url, environment)),
      probe: (probeSignal) => probeEngine(url, probeSignal),
      probeTimeoutMs: PROBE_TIMEOUT_MS,
      fatalExitCodes: [START_FAILED_EXIT_CODE],
      logger: this.#logger,
      signal,
    });
    url = (await engine.ready.catch((cause) => Promise.reject(cannotStart('The embedded ClickHouse', cause))))
      .url;
    return { url: `http://${ENGINE_USER}:${password}@${new URL(url).host}`, close: () => engine.stop() };
  }

  /** Starts the receivers without waiting for their dependencies; `readiness` follows what they report. */
  async startReceivers(
    urls: { readonly clickhouseUrl: string; readonly gatekeeperUrl: string },
    readiness: Readiness,
    signal: AbortSignal,
  ): Promise<RunningReceivers> {
    const entry = entryPoint('receiver-worker');
    cluster.setupPrimary({ exec: entry, args: process.argv.slice(2) });
    const pool = new ReceiverPool(readiness, REPORT_TIMEOUT_MS);
    let bound: Record<string, string> = {};
    const { dataDir, ingestSpoolBytes, receiverWorkers = defaultWorkers() } = this.#config;
    const environment = this.#environment({
      DATA_DIR: resolve(dataDir),
      INGEST_SPOOL_BYTES: String(Math.floor(ingestSpoolBytes / receiverWorkers)),
      CLICKHOUSE_URL: urls.clickhouseUrl,
      GATEKEEPER_URL: urls.gatekeeperUrl,
    });
    const workers: SupervisedChild[] = Array.from({ length: receiverWorkers }, (_, index) => {
      const name = `otlp-receiver-${index}`;
      const fork = () =>
        pool.add(
          name,
          this.#track(name, cluster.fork({ ...environment, ...bound, PROCESS_NAME: name }).process),
        );
      return superviseChild({
        name,
        spawn: fork,
        fatalExitCodes: [START_FAILED_EXIT_CODE],
        logger: this.#logger,
        signal,
      });
    });
    const close = async () => {
      pool.close();
      await Promise.all(workers.map((worker) => worker.stop()));
    };
    try {
      const { grpcUrl, httpUrl } = await pool.firstUrls(workers.map((worker) => worker.ready));
      // Ports that the system chose stay the same when a worker is started again.
      bound = { OTLP_GRPC_ADDRESS: new URL(grpcUrl).host, OTLP_HTTP_ADDRESS: new URL(httpUrl).host };
      return { grpcUrl, httpUrl, close };
    } catch (cause) {
      await close();
      throw cannotStart('The OTLP receivers', cause);
    }
  }

  /** Prometheus text of this process and of every child that answers. */
  async metricsText(own: Registry): Promise<string> {
    const reports = await Promise.all(
      [...this.#running.values()].map((child) =>
        askForReport(child, { timeoutMs: REPORT_TIMEOUT_MS, metrics: true }),
      ),
    );
    const metrics = [
      await own.getMetricsAsJSON(),
      ...reports.flatMap((report) => (report ? [report.metrics] : [])),
    ];
    return AggregatorRegistry.aggregate(metrics).metrics();
  }

  #track(name: string, child: ChildProcess): ChildProcess {
    this.#running.set(name, child);
    child.once('exit', () => {
      if (this.#running.get(name) === child) this.#running.delete(name);
    });
    return child;
  }

  #environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const { logLevel, logFormat } = this.#config;
    return { ...process.env, LOG_LEVEL: logLevel, LOG_FORMAT: logFormat, ...extra };
  }
}

/** After a restart the engine takes the port that it had, because its URL is known all over the mesh. */
function spawnEngine(dataDir: string, previousUrl: string, env: NodeJS.ProcessEnv): ChildProcess {
  const listen = previousUrl === '' ? '127.0.0.1:0' : new URL(previousUrl).host;
  return spawnEngineProcess({ args: ['--data-dir', dataDir, '--listen', listen], env });
}

/** The engine, and everything else, need processors too. */
function defaultWorkers(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}

/** The child has said why, on the same stderr. */
function cannotStart(who: string, cause: unknown): AppError {
  return new AppError('unavailable', `${who} cannot start; the reason is in the line above.`, { cause });
}

function entryPoint(name: string): string {
  return fileURLToPath(new URL(`./${name}${extension()}`, import.meta.url));
}

/** Child processes run in the same form as this one: source under a loader, or what was built. */
function extension(): string {
  return import.meta.url.endsWith('.ts') ? '.ts' : '.js';
}
