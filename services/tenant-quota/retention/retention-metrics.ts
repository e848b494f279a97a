import { Counter, Gauge, type Registry } from '../../../lib/telemetry/metrics.js';
import { SIGNALS } from '../registry/tiers.js';
import { DAY_MS } from './days.js';
import { firstKeptDay, type RetentionStep, type TenantPolicy } from './plan.js';
import { type StoredDay, sumAmounts } from './stored.js';

/** Tenants with a series of their own, those nearest to or furthest past their retention first: series must stay bounded. */
const MAX_TENANT_SERIES = 200;

export interface CellAges {
  readonly stored: readonly StoredDay[];
  readonly policies: readonly TenantPolicy[];
}

/** What the loop did and found, for Prometheus. */
export class RetentionMetrics {
  readonly #dropped: Counter<'action' | 'unit'>;
  readonly #runs: Counter<'outcome'>;
  readonly #seconds: Gauge;
  readonly #leading: Gauge;
  readonly #stages: Gauge<'stage'>;
  readonly #softEvents: Counter;
  readonly #oldest: Gauge<'tenant' | 'signal'>;
  readonly #overdue: Gauge<'signal'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#dropped = new Counter({
      name: 'gob_tenant_quota_retention_dropped_total',
      help: 'What the retention loop has taken away: rows, and their compressed bytes.',
      labelNames: ['action', 'unit'] as const,
      registers,
    });
    this.#runs = new Counter({
      name: 'gob_tenant_quota_retention_runs_total',
      help: 'Runs of the retention loop of this process, by outcome.',
      labelNames: ['outcome'] as const,
      registers,
    });
    this.#seconds = new Gauge({
      name: 'gob_tenant_quota_retention_run_seconds',
      help: 'Time that the last run of the retention loop took.',
      registers,
    });
    this.#leading = new Gauge({
      name: 'gob_tenant_quota_retention_leader',
      help: '1 in the process that runs the retention loop.',
      registers,
    });
    this.#stages = new Gauge({
      name: 'gob_tenant_quota_storage_tenants_count',
      help: 'Tenants by stage of their storage quota; `stopped` may not send at the moment.',
      labelNames: ['stage'] as const,
      registers,
    });
    this.#softEvents = new Counter({
      name: 'gob_tenant_quota_storage_soft_total',
      help: 'Times that a tenant came over 80 % of its storage quota.',
      registers,
    });
    this.#oldest = new Gauge({
      name: 'gob_tenant_oldest_row_age_seconds',
      help: `Age of the start of the oldest day that a tenant has rows of; the ${MAX_TENANT_SERIES} tenants nearest to their limit.`,
      labelNames: ['tenant', 'signal'] as const,
      registers,
    });
    this.#overdue = new Gauge({
      name: 'gob_tenant_quota_retention_overdue_seconds',
      help: 'Longest time that a day has been kept past the end of its retention, over all tenants; at most two runs.',
      labelNames: ['signal'] as const,
      registers,
    });
  }

  leads(isLeader: boolean): void {
    this.#leading.set(isLeader ? 1 : 0);
  }

  ran(outcome: 'ok' | 'failed', startedAtMs: number): void {
    this.#runs.inc({ outcome });
    this.#seconds.set((performance.now() - startedAtMs) / 1000);
  }

  dropped({ action, tenants }: RetentionStep): void {
    const { rows, bytes } = sumAmounts(tenants.map(({ amount }) => amount));
    this.#dropped.inc({ action, unit: 'rows' }, rows);
    this.#dropped.inc({ action, unit: 'bytes' }, bytes);
  }

  softReached(): void {
    this.#softEvents.inc();
  }

  stages(counts: Readonly<Record<'ok' | 'soft' | 'hard' | 'stopped', number>>): void {
    for (const [stage, count] of Object.entries(counts)) this.#stages.set({ stage }, count);
  }

  ages(cells: readonly CellAges[], nowMs: number): void {
    this.#oldest.reset();
    const ages = cells.flatMap((cell) => agesOf(cell, nowMs)).sort((a, b) => b.overdueMs - a.overdueMs);
    for (const { tenantId, signal, ageMs } of ages.slice(0, MAX_TENANT_SERIES * SIGNALS.length))
      this.#oldest.set({ tenant: tenantId, signal }, ageMs / 1000);
    for (const signal of SIGNALS) {
      const worst = ages.find((age) => age.signal === signal);
      this.#overdue.set({ signal }, Math.max(0, worst?.overdueMs ?? 0) / 1000);
    }
  }
}

interface Age {
  readonly tenantId: number;
  readonly signal: string;
  readonly ageMs: number;
  /** Past the time from which the day may be dropped; negative before it. */
  readonly overdueMs: number;
}

function agesOf({ stored, policies }: CellAges, nowMs: number): Age[] {
  return policies.flatMap((policy) =>
    SIGNALS.flatMap((signal) => {
      const days = stored.filter((day) => day.signal === signal && day.tenants.has(policy.tenantId));
      if (days.length === 0) return [];
      const oldest = days.reduce((least, { day }) => Math.min(least, day), Number.POSITIVE_INFINITY);
      const isDue = oldest < firstKeptDay(policy, signal, nowMs);
      const endsAtMs = (oldest + 1 + policy.retentionDays[signal]) * DAY_MS;
      const overdueMs = isDue ? nowMs - endsAtMs : Math.min(-1, nowMs - endsAtMs);
      return [{ tenantId: policy.tenantId, signal, ageMs: nowMs - oldest * DAY_MS, overdueMs }];
    }),
  );
}
