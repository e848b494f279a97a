import type { Logger } from 'pino';
import { closeHttpServer, listen } from '../../lib/lifecycle/listen.js';
import { type EmbeddedConfig, serverArguments } from './config.js';
import { Engine } from './engine/engine.js';
import { keepMemorySmall } from './engine/memory-keeper.js';
import { Spool } from './engine/spool.js';
import { createHttpInterface } from './http/server.js';

export interface EmbeddedService {
  readonly url: string;
  /** Stops accepting, lets running statements finish for a while, cancels the rest, releases the data directory. */
  close(): Promise<void>;
}

/** Threads of libuv's pool that statements may not take: file access, compression, probes and KILL need them. */
const SPARE_THREADS = 8;
const CLOSE_GRACE_MS = 8_000;

/**
 * Opens the data directory and serves it. One engine per process: chDB allows no second data directory.
 * @param threads size of libuv's pool in this process
 * @throws AppError in one line when the directory or the port cannot be had.
 */
export async function startEmbeddedService(
  config: EmbeddedConfig,
  threads: number,
  logger: Logger,
): Promise<EmbeddedService> {
  const running = Math.max(1, Math.min(config.maxStatements, threads - SPARE_THREADS));
  if (running < config.maxStatements) {
    logger.warn(
      { running, wanted: config.maxStatements, threads },
      'UV_THREADPOOL_SIZE is too small for so many statements',
    );
  }
  const engine = await Engine.start({
    dataDir: config.dataDir,
    serverArguments: serverArguments(config),
    gate: { running, waiting: 1000, waitMs: 30_000 },
  });
  const server = createHttpInterface({
    engine,
    spool: new Spool(config.dataDir),
    maxBodyBytes: config.maxBody,
    maxResultBytes: config.maxResult,
    account: { user: config.user, password: config.password },
    logger,
  });
  const url = await listen(server, config.listen, 'embedded ClickHouse');
  const memory = keepMemorySmall(engine, logger);
  return {
    url,
    async close() {
      memory.stop();
      await closeHttpServer(server, CLOSE_GRACE_MS);
      await engine.close();
    },
  };
}
