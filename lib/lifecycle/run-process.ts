import { AppError, messageOf } from '../errors/app-error.js';
import type { Closable } from './lifecycle.js';

/** Longest time from the signal to the end, after which the process ends without further ado. */
const FORCED_EXIT_MS = 30_000;

/**
 * The whole of a main file: starts a service, waits for SIGTERM or SIGINT, closes it and lets the event loop run empty.
 * A start that fails prints one line and exits with 1; a second signal exits at once with 130.
 */
export async function runProcess(start: (signal: AbortSignal) => Promise<Closable>): Promise<void> {
  const stopping = new AbortController();
  const signalled = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () =>
      stopping.signal.aborted && name === 'SIGINT' ? process.exit(130) : stopping.abort(),
    );
  }
  process.once('disconnect', () => stopping.abort());
  try {
    const service = await start(stopping.signal);
    await signalled;
    setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
    await service.close();
  } catch (error) {
    if (!stopping.signal.aborted) fail(error);
  }
  if (process.connected) process.disconnect();
}

/** Faults of the operator's making are one line; a fault of ours keeps its stack. */
function fail(error: unknown): void {
  const text =
    error instanceof AppError ? error.message : error instanceof Error ? error.stack : messageOf(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
  setTimeout(() => process.exit(1), 1000).unref();
}
