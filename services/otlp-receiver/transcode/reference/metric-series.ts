import type { Metric } from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import { METRIC_TYPES, type MetricType, type SeriesRow, TEMPORALITIES } from '../metric-columns.js';
import { metricDigest, resourceDigest, scopeDigest, seriesId } from '../series-id.js';
import type { TranscodeContext } from '../transcode.js';
import type { TextEntries } from './attributes.js';
import { memberOr0, type SharedColumns } from './shared-columns.js';

const NANOS_PER_SECOND = 1_000_000_000n;

/** What only some kinds of metrics have. */
export interface MetricKind {
  readonly type: MetricType;
  readonly temporality: number;
  readonly isMonotonic: boolean;
}

/** Digests of what metrics share, each made once however many metrics there are. */
class SharedDigests {
  readonly #resources = new WeakMap<TextEntries, Uint8Array>();
  readonly #scopes = new WeakMap<SharedColumns, Uint8Array>();

  resource({ ResourceAttrs: attributes }: SharedColumns): Uint8Array {
    const digest = this.#resources.get(attributes) ?? resourceDigest(attributes);
    this.#resources.set(attributes, digest);
    return digest;
  }

  scope(shared: SharedColumns): Uint8Array {
    const digest =
      this.#scopes.get(shared) ?? scopeDigest(shared.ScopeName, shared.ScopeVersion, shared.ScopeAttrs);
    this.#scopes.set(shared, digest);
    return digest;
  }
}

const digests = new SharedDigests();

/** One metric below one scope: tells the series of its points apart and describes them. */
export class MetricSeries {
  readonly #shared: SeriesRow;
  readonly #digest: Uint8Array;

  constructor(metric: Metric, kind: MetricKind, shared: SharedColumns, context: TranscodeContext) {
    this.#shared = {
      TenantId: context.tenantId,
      ProjectId: context.projectId,
      Day: 0,
      MetricName: metric.name,
      SeriesId: 0n,
      Type: METRIC_TYPES.indexOf(kind.type) + 1,
      Temporality: memberOr0(kind.temporality, TEMPORALITIES),
      IsMonotonic: kind.isMonotonic,
      Unit: metric.unit,
      Description: metric.description,
      ServiceName: shared.ServiceName,
      ResourceAttrs: shared.ResourceAttrs,
      ScopeName: shared.ScopeName,
      ScopeVersion: shared.ScopeVersion,
      ScopeAttrs: shared.ScopeAttrs,
      Attrs: [],
      LastSeen: Number(context.nowUnixNano / NANOS_PER_SECOND),
    };
    this.#digest = metricDigest({
      resource: digests.resource(shared),
      scope: digests.scope(shared),
      name: metric.name,
      unit: metric.unit,
      type: this.#shared.Type,
      temporality: this.#shared.Temporality,
      isMonotonic: kind.isMonotonic,
    });
  }

  idOf(attributes: TextEntries): bigint {
    return seriesId(this.#digest, attributes);
  }

  row(day: number, id: bigint, attributes: TextEntries): SeriesRow {
    return { ...this.#shared, Day: day, SeriesId: id, Attrs: attributes };
  }
}
