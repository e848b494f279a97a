// Start by hand: a small parent that keeps the engine process alive.
import { HelpAsked } from '../../lib/config/help.js';
import { AppError } from '../../lib/errors/app-error.js';
import { announceReady } from '../../lib/lifecycle/child-process.js';
import { superviseChild } from '../../lib/lifecycle/supervise.js';
import { createLogger } from '../../lib/telemetry/logger.js';
import { parseEmbeddedConfig } from './config.js';
import { EXIT_CANNOT_START, spawnEngineProcess } from './engine-process.js';
import { probeEngine } from './probe.js';

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const config = parseEmbeddedConfig(args, process.env);
  const logger = createLogger({
    name: 'clickhouse-embedded-supervisor',
    level: config.logLevel,
    format: config.logFormat,
  });
  let url = '';
  const stopping = new AbortController();
  const child = superviseChild({
    name: 'clickhouse-embedded',
    // With port 0 the first child chooses the port and the later ones keep it.
    spawn: () =>
      spawnEngineProcess({
        args: url === '' ? args : [...args, '--listen', new URL(url).host],
        env: process.env,
      }),
    probe: (signal) => probeEngine(url, signal),
    probeIntervalMs: config.probeInterval,
    probeTimeoutMs: config.probeTimeout,
    fatalExitCodes: [EXIT_CANNOT_START],
    onReady: (message) => {
      url = message.url;
      announceReady(url);
    },
    logger,
    signal: stopping.signal,
  });
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort());
  process.once('disconnect', () => stopping.abort());
  const end = await child.ended;
  return end.reason === 'stopped' ? 0 : (end.exitCode ?? 1);
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    if (error instanceof HelpAsked) {
      process.stdout.write(error.text, () => process.exit(0));
      return;
    }
    const text =
      error instanceof AppError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`clickhouse-embedded: ${text}\n`, () => process.exit(EXIT_CANNOT_START));
  },
);
