import { commonSettings } from '../config/common-settings.js';
import { loadConfig } from '../config/load.js';
import { maskConfig } from '../config/render.js';
import type { ConfigOf, Settings } from '../config/setting.js';
import { startAdminServer } from '../health/admin-server.js';
import { Readiness } from '../health/readiness.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { createRegistry, type Registry } from '../telemetry/metrics.js';
import { type Closable, Lifecycle } from './lifecycle.js';
import { runProcess } from './run-process.js';

/** What every service is given by its process. */
export interface ServiceContext {
  readonly logger: Logger;
  readonly registry: Registry;
  readonly readiness: Readiness;
}

/** A service that runs, with the URL of its contract. */
export interface RunningService extends Closable {
  readonly url: string;
}

export interface ServiceMainOptions<S extends Settings> {
  readonly name: string;
  readonly settings: S;
  readonly start: (
    config: ConfigOf<S & typeof commonSettings>,
    context: ServiceContext,
  ) => Promise<RunningService>;
}

/** How long /ready says no before the service stops accepting, so that load balancers notice. */
const SHUTDOWN_DELAY_MS = 500;

/**
 * The main file of a service that is its own process: reads the configuration, opens /live, /ready and /metrics, starts the
 * service, and on a signal closes both in reverse order.
 */
export function serviceMain<const S extends Settings>(options: ServiceMainOptions<S>): Promise<void> {
  return runProcess(async () => {
    const settings = { ...options.settings, ...commonSettings } as S & typeof commonSettings;
    const config = loadConfig(settings, { argv: process.argv.slice(2), env: process.env });
    const { logLevel, logFormat, metricsAddress } = config as ConfigOf<typeof commonSettings>;
    const logger = createLogger({ name: options.name, level: logLevel, format: logFormat });
    logger.info({ config: maskConfig(settings, config) }, 'starting');
    const registry = createRegistry(options.name);
    const readiness = new Readiness();
    readiness.block('start', 'the service is starting');
    const lifecycle = new Lifecycle(logger);
    lifecycle.add(
      'admin server',
      await startAdminServer({ address: metricsAddress, readiness, metricsText: () => registry.metrics() }),
    );
    try {
      const service = lifecycle.add(
        options.name,
        await options.start(config, { logger, registry, readiness }),
        20_000,
      );
      readiness.unblock('start');
      logger.info({ url: service.url }, 'listening');
    } catch (error) {
      await lifecycle.close();
      throw error;
    }
    return { close: () => drain(readiness, lifecycle, logger) };
  });
}

async function drain(readiness: Readiness, lifecycle: Lifecycle, logger: Logger): Promise<void> {
  readiness.drain();
  await new Promise((resolve) => setTimeout(resolve, SHUTDOWN_DELAY_MS));
  if (!(await lifecycle.close())) process.exitCode = 1;
  logger.info('stopped');
}
