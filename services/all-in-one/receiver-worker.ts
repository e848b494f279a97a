import { loadConfig } from '../../lib/config/load.js';
import { peerSettings } from '../../lib/config/mesh-settings.js';
import { Readiness } from '../../lib/health/readiness.js';
import { answerReports } from '../../lib/lifecycle/child-report.js';
import { runProcess } from '../../lib/lifecycle/run-process.js';
import { createLogger } from '../../lib/telemetry/logger.js';
import { createRegistry } from '../../lib/telemetry/metrics.js';
import { startOtlpReceiver } from '../otlp-receiver/service.js';
import { allInOneSettings } from './config.js';

/** A receiver as a cluster worker: shares the OTLP ports with its siblings and reports to the parent over IPC. */
await runProcess(async () => {
  const settings = { ...allInOneSettings, gatekeeperUrl: peerSettings.gatekeeperUrl };
  const config = loadConfig(settings, { argv: process.argv.slice(2), env: process.env });
  const name = process.env.PROCESS_NAME ?? 'otlp-receiver';
  const logger = createLogger({ name, level: config.logLevel, format: config.logFormat });
  const [registry, readiness] = [createRegistry(name), new Readiness()];
  answerReports(registry, readiness);
  const receiver = await startOtlpReceiver(config, { logger, registry, readiness });
  process.send?.({ type: 'ready', url: receiver.httpUrl, grpcUrl: receiver.grpcUrl });
  return receiver;
});
