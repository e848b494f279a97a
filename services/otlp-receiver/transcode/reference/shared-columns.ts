import type { InstrumentationScope } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { Resource } from '../../../../gen/otlp/opentelemetry/proto/resource/v1/resource.js';
import { resourceHash } from '../resource-hash.js';
import { textEntries } from './attributes.js';

/** What the semantic conventions call a service that does not say its name. */
const UNKNOWN_SERVICE = 'unknown_service';

/** Columns that all items of a resource share. */
export function resourceColumns(resource: Resource | undefined, schemaUrl: string) {
  const attributes = textEntries(resource?.attributes ?? []);
  const serviceName = attributes.find(([key]) => key === 'service.name')?.[1];
  return {
    ServiceName: serviceName || UNKNOWN_SERVICE,
    ResourceHash: resourceHash(attributes),
    ResourceAttrs: attributes,
    ResourceSchemaUrl: schemaUrl,
  };
}

/** Columns that all items of a scope share. */
export function scopeColumns(scope: InstrumentationScope | undefined, schemaUrl: string) {
  return {
    ScopeName: scope?.name ?? '',
    ScopeVersion: scope?.version ?? '',
    ScopeAttrs: textEntries(scope?.attributes ?? []),
    ScopeSchemaUrl: schemaUrl,
  };
}

export type ResourceColumns = ReturnType<typeof resourceColumns>;
export type SharedColumns = ResourceColumns & ReturnType<typeof scopeColumns>;

/** An absent id is stored as zeros. */
export function padded(id: Uint8Array, bytes: number): Uint8Array {
  return id.length === 0 ? new Uint8Array(bytes) : id;
}

/** Enums are open in proto3: a number that this release does not know is stored as the unspecified member. */
export function memberOr0(value: number, names: readonly string[]): number {
  return names[value] === undefined ? 0 : value;
}
