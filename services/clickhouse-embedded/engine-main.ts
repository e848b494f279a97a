// The engine and its HTTP interface in one process: what main.ts and the all-in-one supervise.
import { AppError } from '../../lib/errors/app-error.js';
import { Readiness } from '../../lib/health/readiness.js';
import { announceReady, exitWithParent } from '../../lib/lifecycle/child-process.js';
import { answerReports } from '../../lib/lifecycle/child-report.js';
import { createLogger } from '../../lib/telemetry/logger.js';
import { createRegistry } from '../../lib/telemetry/metrics.js';
import { parseEmbeddedConfig } from './config.js';
import { startEmbeddedService } from './embedded-service.js';
import { EXIT_CANNOT_START } from './engine-process.js';

/** The engine's threads cannot all be stopped; after this the process ends without further ado. */
const FORCED_EXIT_MS = 12_000;
const LIBUV_DEFAULT_THREADS = 4;

/** Its processor time and memory are what a parent is asked for first when a machine is short of either. */
function reportToParent(): void {
  answerReports(createRegistry('clickhouse-embedded'), new Readiness());
}

async function main(): Promise<void> {
  reportToParent();
  const config = parseEmbeddedConfig(process.argv.slice(2), process.env);
  const logger = createLogger({
    name: 'clickhouse-embedded',
    level: config.logLevel,
    format: config.logFormat,
  });
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? LIBUV_DEFAULT_THREADS);
  const service = await startEmbeddedService(config, threads, logger);
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
    service.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  // Ctrl-C reaches every process of a terminal's group; the parent decides when the engine, used by others, may go.
  if (process.send === undefined) process.on('SIGINT', stop);
  else process.on('SIGINT', () => undefined);
  exitWithParent(stop);
  logger.info({ url: service.url, dataDir: config.dataDir, pid: process.pid }, 'embedded ClickHouse answers');
  announceReady(service.url);
}

main().catch((error: unknown) => {
  const text =
    error instanceof AppError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`clickhouse-embedded: ${text}\n`, () => process.exit(EXIT_CANNOT_START));
});
