import type { InstrumentationScope } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { Resource } from '../../../../gen/otlp/opentelemetry/proto/resource/v1/resource.js';
import type { Sightings } from '../sightings.js';
import { checkResource, checkScope } from './check-common.js';
import { below } from './rejection.js';
import { type ResourceColumns, resourceColumns, type SharedColumns, scopeColumns } from './shared-columns.js';
import type { Tally } from './tally.js';

/** What the items of a scope lie in, whatever the signal. */
export interface ScopeEnvelope {
  readonly scope: InstrumentationScope | undefined;
  readonly schemaUrl: string;
}

export interface ResourceEnvelope<S extends ScopeEnvelope> {
  readonly resource: Resource | undefined;
  readonly schemaUrl: string;
  readonly scopes: readonly S[];
}

export interface EnvelopeWalk<S extends ScopeEnvelope> {
  readonly tally: Tally;
  readonly sightings: Sightings | undefined;
  /** The two repeated fields in the names of the interface definitions, for sentences. */
  readonly resourcesField: string;
  readonly scopesField: string;
  /** How many items are refused with this scope. */
  readonly countItems: (scoped: S) => number;
  /** Judges and stores the items of a scope that is in order; `path` is the scope's. */
  readonly addItems: (scoped: S, target: ItemTarget) => void;
}

export interface ItemTarget {
  readonly path: string;
  readonly shared: SharedColumns;
  /** To be called for every item that is stored, with its UTC day since 1970. */
  readonly accept: (day: number) => void;
}

/** Goes through the resources and scopes of a request; a bad one costs the items below it and no others. */
export function walkEnvelopes<S extends ScopeEnvelope>(
  resources: readonly ResourceEnvelope<S>[],
  walk: EnvelopeWalk<S>,
): void {
  for (const [index, envelope] of resources.entries())
    addResource(envelope, walk, `${walk.resourcesField}[${index}]`);
}

function addResource<S extends ScopeEnvelope>(
  { resource, schemaUrl, scopes }: ResourceEnvelope<S>,
  walk: EnvelopeWalk<S>,
  path: string,
): void {
  const rejection = below(path, checkResource(resource, schemaUrl));
  if (rejection) {
    for (const scoped of scopes) walk.tally.reject(rejection, walk.countItems(scoped));
    return;
  }
  const shared = resourceColumns(resource, schemaUrl);
  const days: DayCounts = new Map();
  for (const [index, scoped] of scopes.entries()) {
    const inScope = addScope(scoped, shared, { walk, path: `${path}.${walk.scopesField}[${index}]` });
    for (const [day, items] of inScope) count(days, day, items);
  }
  for (const [day, items] of days) walk.sightings?.attributes(day, 'resource', shared.ResourceAttrs, items);
}

/** Items by day. */
type DayCounts = Map<number, number>;

function addScope<S extends ScopeEnvelope>(
  scoped: S,
  resource: ResourceColumns,
  { walk, path }: { readonly walk: EnvelopeWalk<S>; readonly path: string },
): DayCounts {
  const { scope, schemaUrl } = scoped;
  const days: DayCounts = new Map();
  const rejection = below(path, checkScope(scope, schemaUrl));
  if (rejection) {
    walk.tally.reject(rejection, walk.countItems(scoped));
    return days;
  }
  const shared: SharedColumns = { ...resource, ...scopeColumns(scope, schemaUrl) };
  const accept = (day: number) => {
    walk.tally.accept();
    count(days, day, 1);
  };
  walk.addItems(scoped, { path, shared, accept });
  for (const [day, items] of days) walk.sightings?.attributes(day, 'scope', shared.ScopeAttrs, items);
  return days;
}

function count(days: DayCounts, day: number, items: number): void {
  days.set(day, (days.get(day) ?? 0) + items);
}
