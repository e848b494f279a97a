import { HelpAsked } from '../config/help.js';
import { AppError, messageOf } from '../errors/app-error.js';
import type { Closable } from './lifecycle.js';

/** Longest time from the signal to the end, after which the process ends without further ado. */
const FORCED_EXIT_MS = 30_000;

/** A start that failed for a reason that a restart does not mend (sysexits.h, EX_CONFIG). */
export const START_FAILED_EXIT_CODE = 78;

/**
 * The whole of a main file: starts a service, waits for SIGTERM or SIGINT, closes it and lets the event loop run empty.
 * A start that fails prints one line and exits with 78 when the operator must act, else with 1; a second Ctrl-C exits at
 * once with 130.
 */
export async function runProcess(start: (signal: AbortSignal) => Promise<Closable>): Promise<void> {
  const stopping = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    const stop = () => {
      setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
      resolve();
    };
    stopping.signal.addEventListener('abort', stop, { once: true });
  });
  stopOnSignals(stopping);
  try {
    const service = await start(stopping.signal);
    await signalled;
    await service.close();
  } catch (error) {
    if (!stopping.signal.aborted) return fail(error);
  }
  if (process.connected) process.disconnect();
}

/**
 * Ctrl-C in a terminal signals the whole process group. A child leaves the order of stopping to its parent: it stops when
 * told by SIGTERM, or when the parent is gone.
 */
function stopOnSignals(stopping: AbortController): void {
  process.on('SIGTERM', () => stopping.abort());
  process.once('disconnect', () => stopping.abort());
  const isChild = process.send !== undefined;
  process.on('SIGINT', () => {
    if (isChild) return;
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  });
}

/** Faults of the operator's making are one line; a fault of ours keeps its stack. Help is no fault. */
function fail(error: unknown): void {
  if (error instanceof HelpAsked) {
    process.stdout.write(error.text, () => process.exit(0));
    return;
  }
  const text =
    error instanceof AppError ? error.message : error instanceof Error ? error.stack : messageOf(error);
  const exitCode = error instanceof AppError ? START_FAILED_EXIT_CODE : 1;
  // At once, because a cluster worker that is disconnected first exits with 0.
  process.stderr.write(`${text}\n`, () => process.exit(exitCode));
}
