import { messageOf } from '../../../lib/errors/app-error.js';
import { pause } from '../../../lib/lifecycle/pause.js';
import type { ServiceWatch } from '../../../lib/store/services/service-watch.js';
import type { Logger } from '../../../lib/telemetry/logger.js';

export interface WatchOptions {
  readonly ping: (signal: AbortSignal) => Promise<void>;
  readonly watch: Pick<ServiceWatch, 'tellDefault'>;
  readonly logger: Logger;
  /** Pause between two looks. Default 3 s. */
  readonly intervalMs?: number;
}

/**
 * Keeps /ready truthful about the default ClickHouse service: asks it over and over, and writes a line at each failure, so that a log's end
 * shows what is missing. Not ready until the first answer.
 */
export function watchClickHouse(options: WatchOptions): { close(): Promise<void> } {
  const stopping = new AbortController();
  options.watch.tellDefault('ClickHouse has not answered yet');
  const running = watch(options, stopping.signal);
  return {
    close: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function watch(options: WatchOptions, signal: AbortSignal): Promise<void> {
  let isAway = true;
  while (!signal.aborted) {
    const isBack = await look(options, signal);
    if (isBack && isAway) options.logger.info('ClickHouse answers');
    isAway = !isBack;
    await pause(options.intervalMs ?? 3_000, signal);
  }
}

async function look({ ping, watch, logger }: WatchOptions, signal: AbortSignal): Promise<boolean> {
  try {
    await ping(signal);
    watch.tellDefault('');
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    watch.tellDefault('ClickHouse does not answer');
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    logger.warn({ reason: messageOf(cause) }, 'ClickHouse does not answer; trying again');
    return false;
  }
}
