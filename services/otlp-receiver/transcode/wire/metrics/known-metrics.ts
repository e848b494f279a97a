import { metricDigest, resourceDigest, scopeDigest } from '../../series-id.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';
import type { ResourceBlock, ScopeBlock, SharedReader } from '../columns/shared-blocks.js';
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

/** So that a name, a unit and a kind fit into the 53 bits of an exact number. */
const MAX_NAMES = 2 ** 23;
const MAX_KINDS = 2 ** 6;

/** Remembers metrics, so that what identifies them is hashed once. */
export class KnownMetrics {
  readonly #shared: SharedReader;
  readonly #names: ByteDictionary;
  #byResource = new WeakMap<ResourceBlock, KnownResource>();

  constructor(shared: SharedReader, names: ByteDictionary) {
    this.#shared = shared;
    this.#names = names;
  }

  clear(): void {
    this.#byResource = new WeakMap();
  }

  below(resource: ResourceBlock, scope: ScopeBlock): MetricTarget {
    const known = this.#resource(resource);
    const target = known.scopes.get(scope) ?? this.#target(resource, known.digest, scope);
    known.scopes.set(scope, target);
    return target;
  }

  #resource(resource: ResourceBlock): KnownResource {
    const known = this.#byResource.get(resource);
    if (known) return known;
    const digest = resourceDigest(this.#shared.textsOf(resource));
    const made = { digest, scopes: new WeakMap<ScopeBlock, MetricTarget>() };
    this.#byResource.set(resource, made);
    return made;
  }

  #target(resource: ResourceBlock, digest: Uint8Array, scope: ScopeBlock): MetricTarget {
    const [name, version] = [this.#names.textOf(scope.name), this.#names.textOf(scope.version)];
    const ofScope = scopeDigest(name, version, this.#shared.textsOf(scope));
    return { resource, scope, digests: { resource: digest, scope: ofScope }, metrics: new Map() };
  }

  find(target: MetricTarget, identity: MetricIdentity): KnownMetric {
    const key = keyOf(identity);
    const known = target.metrics.get(key);
    if (known) return known;
    const made = this.#make(target, identity);
    target.metrics.set(key, made);
    return made;
  }

  #make({ resource, scope, digests }: MetricTarget, identity: MetricIdentity): KnownMetric {
    const [name, unit] = [this.#names.textOf(identity.name), this.#names.textOf(identity.unit)];
    const digest = metricDigest({ ...identity, ...digests, name, unit });
    return { ...identity, resource, scope, digest, series: new Map() };
  }
}

interface KnownResource {
  readonly digest: Uint8Array;
  readonly scopes: WeakMap<ScopeBlock, MetricTarget>;
}

/** What metrics lie in, with those that were met there. */
export interface MetricTarget {
  readonly resource: ResourceBlock;
  readonly scope: ScopeBlock;
  /** From `resourceDigest` and `scopeDigest`. */
  readonly digests: { readonly resource: Uint8Array; readonly scope: Uint8Array };
  /** By a number that stands for the identity. */
  readonly metrics: Map<number, KnownMetric>;
}

function keyOf({ name, unit, type, temporality, isMonotonic }: MetricIdentity): number {
  if (name >= MAX_NAMES || unit >= MAX_NAMES) throw UNUSUAL;
  const kind = (type * 4 + temporality) * 2 + (isMonotonic ? 1 : 0);
  return (name * MAX_NAMES + unit) * MAX_KINDS + kind;
}
