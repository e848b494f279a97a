import { messageOf } from '../../errors/app-error.js';
import type { Readiness } from '../../health/readiness.js';
import type { Closable } from '../../lifecycle/lifecycle.js';
import { pause } from '../../lifecycle/pause.js';
import type { Logger } from '../../telemetry/logger.js';
import { Gauge, type Registry } from '../../telemetry/metrics.js';
import { DEFAULT_SERVICE } from '../cell-address.js';
import type { ClickHouseServices } from './clickhouse-services.js';

export interface ServiceWatchOptions {
  readonly services: Pick<ClickHouseServices, 'names'>;
  /** Rejects while the service does not answer. */
  readonly ping: (signal: AbortSignal, service: string) => Promise<void>;
  readonly readiness: Readiness;
  readonly logger: Logger;
  readonly registry: Registry;
}

const INTERVAL_MS = 3_000;
const DEPENDENCY = 'clickhouse';

/**
 * Keeps /ready truthful about several ClickHouse services. Not ready means that nothing can be done for anybody: while one
 * service answers the process takes traffic, and /ready names the others as what is degraded.
 */
export class ServiceWatch implements Closable {
  readonly #options: ServiceWatchOptions;
  /** Why a service cannot be used; empty for one that can. Services that nobody has looked at are not here. */
  readonly #reasons = new Map<string, string>();
  readonly #up: Gauge<'service'>;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: ServiceWatchOptions) {
    this.#options = options;
    this.#up = upGauge(options.registry);
    this.#running = this.#run(this.#stopping.signal);
  }

  /** What somebody has found out about the default service: an empty reason when it can be used. */
  tellDefault(reason: string): void {
    this.#reasons.set(DEFAULT_SERVICE, reason);
    this.#show();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const names = this.#options.services.names.filter((name) => name !== DEFAULT_SERVICE);
      await Promise.all(names.map((name) => this.#look(name, signal)));
      if (signal.aborted) return;
      this.#forgetOthers(names);
      this.#show();
      await pause(INTERVAL_MS, signal);
    }
  }

  async #look(service: string, signal: AbortSignal): Promise<void> {
    const { ping, logger } = this.#options;
    const before = this.#reasons.get(service);
    try {
      await ping(signal, service);
      this.#reasons.set(service, '');
      if (before) logger.info({ service }, 'a ClickHouse service answers again');
    } catch (error) {
      if (signal.aborted) return;
      this.#reasons.set(service, 'it does not answer; what is sent to it waits');
      const reason = messageOf(error instanceof Error ? (error.cause ?? error) : error);
      if (!before) logger.warn({ service, reason }, 'a ClickHouse service does not answer');
    }
  }

  #forgetOthers(names: readonly string[]): void {
    for (const service of this.#reasons.keys()) {
      if (service === DEFAULT_SERVICE || names.includes(service)) continue;
      this.#reasons.delete(service);
      this.#up.remove({ service });
      this.#options.readiness.settle(concernOf(service));
    }
  }

  #show(): void {
    const { readiness } = this.#options;
    for (const [service, reason] of this.#reasons) this.#up.set({ service }, reason === '' ? 1 : 0);
    const ofDefault = this.#reasons.get(DEFAULT_SERVICE) ?? '';
    const isAnyUp = [...this.#reasons.values()].includes('');
    if (ofDefault === '' || isAnyUp) readiness.unblock(DEPENDENCY);
    else readiness.block(DEPENDENCY, ofDefault);
    for (const [service, reason] of this.#reasons) {
      if (reason === '') readiness.settle(concernOf(service));
      else readiness.concern(concernOf(service), reason);
    }
  }
}

const concernOf = (service: string): string => `${DEPENDENCY} ${service}`;

/** Several services of the mesh may share one process and so one registry. */
function upGauge(registry: Registry): Gauge<'service'> {
  const name = 'gob_store_service_up';
  return (
    (registry.getSingleMetric(name) as Gauge<'service'> | undefined) ??
    new Gauge({
      name,
      help: '1 while the ClickHouse service can be used, 0 while it cannot.',
      labelNames: ['service'] as const,
      registers: [registry],
    })
  );
}
