import type { Logger } from 'pino';
import type { Engine } from './engine.js';

const CHECK_MS = 10_000;
/** A just opened engine takes some 240 MiB, most of it pages of the library that the system can drop. */
const PURGE_ABOVE_BYTES = 300 * 2 ** 20;
/** Purging costs the next statements page faults, so a busy engine is purged seldom. */
const PURGE_WHEN_BUSY_EVERY_MS = 60_000;

/** Gives freed memory back to the system; the allocator otherwise keeps what a burst of work once took. */
export function keepMemorySmall(engine: Engine, logger: Logger): { stop(): void } {
  let purgedAtMs = 0;
  let purgedAtStatement = 0;
  const check = async (): Promise<void> => {
    const rssBytes = process.memoryUsage.rss();
    // Without new statements there is nothing new to give back.
    if (rssBytes < PURGE_ABOVE_BYTES || engine.gate.enteredStatements === purgedAtStatement) return;
    const isBusy = engine.gate.runningStatements > 0;
    if (isBusy && performance.now() - purgedAtMs < PURGE_WHEN_BUSY_EVERY_MS) return;
    purgedAtMs = performance.now();
    purgedAtStatement = engine.gate.enteredStatements;
    await engine.purgeMemory();
    logger.debug({ beforeBytes: rssBytes, afterBytes: process.memoryUsage.rss() }, 'freed memory given back');
  };
  const timer = setInterval(
    () => void check().catch((err: unknown) => logger.warn({ err }, 'purge failed')),
    CHECK_MS,
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
