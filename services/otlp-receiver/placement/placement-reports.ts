import { randomUUID } from 'node:crypto';
import { ReceiverPlacementService } from '../../../gen/es/gob/gatekeeper/v1/placement_pb.js';
import { messageOf } from '../../../lib/errors/app-error.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import { createRpcClient, type RpcClient } from '../../../lib/rpc/client.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { Routes } from './routes.js';

export interface PlacementReportsOptions {
  readonly gatekeeperUrl: string;
  /** Name of this process; made unique here. */
  readonly name: string;
  readonly routes: Routes;
  readonly pipeline: Pick<Pipeline, 'isPending'>;
  readonly logger: Logger;
}

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 2_000;
/** While a tenant moves, somebody waits for the next report. */
const MOVING_INTERVAL_MS = 250;

/**
 * Asks every second whose rows go elsewhere, and says which former databases get nothing more from here. Routes stay in force
 * while nobody answers: what is sent there is where it belongs, or is brought back.
 */
export class PlacementReports implements Closable {
  readonly #options: PlacementReportsOptions;
  readonly #client: RpcClient<typeof ReceiverPlacementService>;
  readonly #receiver: string;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void>;

  constructor(options: PlacementReportsOptions) {
    this.#options = options;
    this.#receiver = `${options.name}-${randomUUID()}`;
    const { gatekeeperUrl: url } = options;
    this.#client = createRpcClient(ReceiverPlacementService, { url, timeoutMs: TIMEOUT_MS });
    this.#running = this.#report();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#running;
    this.#client.close();
  }

  async #report(): Promise<void> {
    const { routes, pipeline, logger } = this.#options;
    const { signal } = this.#stopping;
    const drained = routes.all.filter((route) => !pipeline.isPending(route.tenantId, route.fromDatabase));
    const drainedTokens = drained.map(({ token }) => token);
    try {
      const answer = await this.#client.calls.reportPlacement(
        { receiver: this.#receiver, drainedTokens },
        { signal },
      );
      routes.replace(answer.routes);
    } catch (error) {
      if (!signal.aborted) logger.debug({ reason: messageOf(error) }, 'placement could not be asked for');
    }
    if (signal.aborted) return;
    const delayMs = routes.all.length > 0 ? MOVING_INTERVAL_MS : INTERVAL_MS;
    this.#timer = setTimeout(() => {
      this.#running = this.#report();
    }, delayMs);
  }
}
