import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { AttributeSignal } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { checkName } from '../access/check-name.js';
import type { Reading } from '../clickhouse/reading.js';
import type { CatalogueOptions, CatalogueSignal, CatalogueSource } from '../sql/attributes/catalogue.js';
import { storedRange } from '../time/time-range.js';

const SIGNALS: Readonly<Record<number, CatalogueSignal | undefined>> = {
  [AttributeSignal.SPANS]: 'spans',
  [AttributeSignal.LOGS]: 'logs',
  [AttributeSignal.METRICS]: 'metrics',
};

/** Scopes that the catalogue has, and what it calls them. */
const SOURCES: Readonly<Record<number, readonly CatalogueSource[] | undefined>> = {
  [FieldScope.ITEM]: ['attr'],
  [FieldScope.RESOURCE]: ['resource'],
  [FieldScope.SCOPE]: ['scope'],
  [FieldScope.ATTRIBUTE]: ['attr', 'resource', 'scope'],
};

export const SCOPE_OF: Readonly<Record<CatalogueSource, FieldScope>> = {
  attr: FieldScope.ITEM,
  resource: FieldScope.RESOURCE,
  scope: FieldScope.SCOPE,
};

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

interface CatalogueRequest {
  readonly signal: AttributeSignal;
  readonly search: string;
  readonly limit: number;
}

export function readCatalogueRequest(
  request: CatalogueRequest,
  { nowMs, reader }: Reading,
): CatalogueOptions {
  const signal = SIGNALS[request.signal];
  if (signal === undefined)
    throw new AppError('invalid_argument', `signal ${request.signal} is not known.`, { field: 'signal' });
  checkName('search', request.search);
  return {
    signal,
    search: request.search,
    stored: storedRange(nowMs, reader.retentionDays),
    limit: Math.min(request.limit || DEFAULT_LIMIT, MAX_LIMIT),
  };
}

export function readSources(scope: FieldScope | undefined): readonly CatalogueSource[] {
  const sources = SOURCES[scope ?? FieldScope.UNSPECIFIED];
  if (sources) return sources;
  throw new AppError(
    'invalid_argument',
    'The scope of the attribute must be that of the item, the resource, the instrumentation scope, or any of these.',
    { field: 'attribute.scope' },
  );
}
