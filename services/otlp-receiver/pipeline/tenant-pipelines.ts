import type { Logger } from '../../../lib/telemetry/logger.js';
import { Counter, Gauge, type Registry } from '../../../lib/telemetry/metrics.js';

/** `draining`: all its senders were refused lately, as when it is switched off; what was acknowledged is still being stored. */
export type PipelineState = 'open' | 'draining' | 'closed';

/** Why a pipeline was closed; label values. */
type CloseReason = 'idle' | 'refused';

export interface Sender {
  readonly tenantId: number;
  readonly projectId: bigint;
}

export interface TenantPipelinesOptions {
  /** A pipeline that was not used for so long is closed. */
  readonly idleMs: number;
  /** Bytes of the tenant in memory and on disk that are not stored yet. A pipeline that holds any stays. */
  readonly heldBytes: (tenantId: number) => number;
  /** Lets go of what is remembered for the tenant. */
  readonly onClosed: (tenantId: number) => void;
  readonly registry: Registry;
  readonly logger: Logger;
}

interface TenantPipeline {
  /** Projects that sent something and were not refused since. */
  readonly projects: Set<bigint>;
  lastUsedMs: number;
}

const SWEEP_INTERVAL_MS = 1_000;

/**
 * The tenants that this process works for at the moment. A pipeline opens with a tenant's first export. It closes when nothing
 * came for a while, or when the tenant's projects are refused, and in both cases only once everything that was acknowledged is
 * stored. A tenant without a pipeline has nothing here: no memory, no file, no timer.
 */
export class TenantPipelines {
  readonly #options: TenantPipelinesOptions;
  readonly #pipelines = new Map<number, TenantPipeline>();
  readonly #closed: Counter<'reason'>;
  readonly #timer: NodeJS.Timeout;

  constructor(options: TenantPipelinesOptions) {
    this.#options = options;
    this.#closed = new Counter({
      name: 'gob_receiver_pipelines_closed_total',
      help: 'Pipelines that were closed: `idle` tenants, and those whose senders were `refused`, as when they are switched off.',
      labelNames: ['reason'],
      registers: [options.registry],
    });
    const count = (state: PipelineState) => this.#count(state);
    new Gauge({
      name: 'gob_receiver_pipelines',
      help: 'Tenants that the receiver holds a pipeline for: `open`, or `draining` because their senders are refused.',
      labelNames: ['state'],
      registers: [options.registry],
      collect() {
        for (const state of ['open', 'draining'] as const) this.set({ state }, count(state));
      },
    });
    this.#timer = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
  }

  /** A sender was admitted. */
  used({ tenantId, projectId }: Sender, nowMs: number = performance.now()): void {
    const known = this.#pipelines.get(tenantId);
    if (!known) {
      this.#pipelines.set(tenantId, { projects: new Set([projectId]), lastUsedMs: nowMs });
      return;
    }
    known.lastUsedMs = nowMs;
    known.projects.add(projectId);
  }

  /** A sender that was admitted before is admitted no more. Without any other project the tenant's pipeline closes. */
  refused({ tenantId, projectId }: Sender): void {
    const pipeline = this.#pipelines.get(tenantId);
    if (!pipeline?.projects.delete(projectId) || pipeline.projects.size > 0) return;
    const heldBytes = this.#options.heldBytes(tenantId);
    this.#options.logger.info({ tenantId, heldBytes }, 'pipeline drains: its senders are refused');
  }

  state(tenantId: number): PipelineState {
    const pipeline = this.#pipelines.get(tenantId);
    return pipeline ? stateOf(pipeline) : 'closed';
  }

  /** Closes what can be closed. */
  sweep(nowMs: number = performance.now()): void {
    for (const [tenantId, pipeline] of this.#pipelines) {
      const isOff = stateOf(pipeline) === 'draining';
      if (!isOff && nowMs - pipeline.lastUsedMs < this.#options.idleMs) continue;
      if (this.#options.heldBytes(tenantId) === 0) this.#close(tenantId, isOff ? 'refused' : 'idle');
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #close(tenantId: number, reason: CloseReason): void {
    this.#pipelines.delete(tenantId);
    this.#options.onClosed(tenantId);
    this.#closed.inc({ reason });
    // Quiet tenants come and go all day; one that was switched off is worth a line.
    this.#options.logger[reason === 'idle' ? 'debug' : 'info']({ tenantId, reason }, 'pipeline closed');
  }

  #count(state: PipelineState): number {
    let count = 0;
    for (const pipeline of this.#pipelines.values()) if (stateOf(pipeline) === state) count++;
    return count;
  }
}

function stateOf({ projects }: TenantPipeline): PipelineState {
  return projects.size === 0 ? 'draining' : 'open';
}
