import { loadConfig } from '../../lib/config/load.js';
import { runProcess } from '../../lib/lifecycle/run-process.js';
import { createLogger } from '../../lib/telemetry/logger.js';
import { renderBanner } from './banner.js';
import { allInOneSettings } from './config.js';
import { startAllInOne } from './service.js';

// Whatever this process and its children write (tables, spools, credentials) is for its owner only.
process.umask(0o077);

await runProcess(async (signal) => {
  const config = loadConfig(allInOneSettings, { argv: process.argv.slice(2), env: process.env });
  const logger = createLogger({ name: 'all-in-one', level: config.logLevel, format: config.logFormat });
  const mesh = await startAllInOne(config, logger, signal);
  mesh.whenReady().then((facts) => process.stdout.write(renderBanner(facts)));
  return mesh;
});
