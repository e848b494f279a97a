import { metricDigest } from '../../series-id.js';
import type { ByteDictionary } from '../byte-dictionary.js';
import type { ResourceBlock, ScopeBlock, SharedReader } from '../shared-blocks.js';
import { UNUSUAL } from '../unusual.js';

/** What tells one metric from another, besides its resource and scope. */
export interface MetricIdentity {
  /** Numbers in the dictionary of names. */
  readonly name: number;
  readonly unit: number;
  /** As in `metric_series`. */
  readonly type: number;
  readonly temporality: number;
  readonly isMonotonic: boolean;
}

/** A series that was met before, in this request or an earlier one. */
export interface Series {
  /** Number of its attributes as they were sent. */
  readonly set: number;
  /** The halves of `id`. */
  readonly low: number;
  readonly high: number;
  readonly id: bigint;
  /** The last request with points of it, and the last note about it in that; both belong to SeriesNotes. */
  notedRequest: number;
  lastNote: number;
}

/** One metric below one resource and scope, with the series that were met. */
export interface KnownMetric extends MetricIdentity {
  readonly resource: ResourceBlock;
  readonly scope: ScopeBlock;
  readonly digest: Uint8Array;
  /** By `set`. */
  readonly series: Map<number, Series>;
}

/** The metrics below one resource and scope, by a number that stands for the identity. */
export type ScopedMetrics = Map<number, KnownMetric>;

/** So that a name, a unit and a kind fit into the 53 bits of an exact number. */
const MAX_NAMES = 2 ** 23;
const MAX_KINDS = 2 ** 6;

/** Remembers metrics, so that what identifies them is hashed once. */
export class KnownMetrics {
  readonly #shared: SharedReader;
  readonly #names: ByteDictionary;
  #byResource = new WeakMap<ResourceBlock, WeakMap<ScopeBlock, ScopedMetrics>>();

  constructor(shared: SharedReader, names: ByteDictionary) {
    this.#shared = shared;
    this.#names = names;
  }

  clear(): void {
    this.#byResource = new WeakMap();
  }

  below(resource: ResourceBlock, scope: ScopeBlock): ScopedMetrics {
    const byScope = this.#byResource.get(resource) ?? new WeakMap<ScopeBlock, ScopedMetrics>();
    this.#byResource.set(resource, byScope);
    const metrics = byScope.get(scope) ?? new Map<number, KnownMetric>();
    byScope.set(scope, metrics);
    return metrics;
  }

  find(target: MetricTarget, identity: MetricIdentity): KnownMetric {
    const key = keyOf(identity);
    const known = target.metrics.get(key);
    if (known) return known;
    const made = this.#make(target, identity);
    target.metrics.set(key, made);
    return made;
  }

  #make({ resource, scope }: MetricTarget, identity: MetricIdentity): KnownMetric {
    const names = this.#names;
    const digest = metricDigest({
      resourceAttrs: this.#shared.textsOf(resource),
      scopeName: names.textOf(scope.name),
      scopeVersion: names.textOf(scope.version),
      scopeAttrs: this.#shared.textsOf(scope),
      name: names.textOf(identity.name),
      unit: names.textOf(identity.unit),
      type: identity.type,
      temporality: identity.temporality,
      isMonotonic: identity.isMonotonic,
    });
    return { ...identity, resource, scope, digest, series: new Map() };
  }
}

/** What the metrics being read lie in. */
export interface MetricTarget {
  readonly resource: ResourceBlock;
  readonly scope: ScopeBlock;
  readonly metrics: ScopedMetrics;
}

function keyOf({ name, unit, type, temporality, isMonotonic }: MetricIdentity): number {
  if (name >= MAX_NAMES || unit >= MAX_NAMES) throw UNUSUAL;
  const kind = (type * 4 + temporality) * 2 + (isMonotonic ? 1 : 0);
  return (name * MAX_NAMES + unit) * MAX_KINDS + kind;
}
