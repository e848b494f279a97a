import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type ListLogAttributesRequest,
  type ListLogAttributesResponseSchema,
  type ListLogAttributeValuesRequest,
  type ListLogAttributeValuesResponseSchema,
  LogAttributeSource,
} from '../../../gen/es/gob/query/v1/logs_pb.js';
import type { TimeRange } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reading } from '../clickhouse/reading.js';
import {
  type AttributeNameRow,
  type AttributeValueRow,
  attributeNames,
  attributeValues,
  type CatalogueOptions,
  type CatalogueSource,
} from '../sql/attributes.js';
import { checkName } from '../traces/span-filter.js';
import { intersect, type Range, readRange, storedRange } from '../traces/time-range.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

const SOURCES: Readonly<Record<CatalogueSource, LogAttributeSource>> = {
  resource: LogAttributeSource.RESOURCE,
  scope: LogAttributeSource.SCOPE,
  attr: LogAttributeSource.LOG,
};

/** Names of attributes, by name. */
export async function listLogAttributeNames(
  reading: Reading,
  request: ListLogAttributesRequest,
): Promise<MessageInitShape<typeof ListLogAttributesResponseSchema>> {
  const options = readOptions(reading, request);
  if (!options) return {};
  const rows = await reading.rows<AttributeNameRow>(attributeNames(options));
  return { attributes: rows.map(({ name, source }) => ({ name, source: SOURCES[source] })) };
}

/** Values of one attribute, by value. */
export async function listLogValues(
  reading: Reading,
  request: ListLogAttributeValuesRequest,
): Promise<MessageInitShape<typeof ListLogAttributeValuesResponseSchema>> {
  const { name } = request;
  if (name === '') throw new AppError('invalid_argument', 'name is required.', { field: 'name' });
  checkName('name', name);
  const options = readOptions(reading, request);
  if (!options) return {};
  const rows = await reading.rows<AttributeValueRow>(attributeValues(options, name));
  return { values: rows.map(({ value }) => value) };
}

interface CatalogueRequest {
  readonly range?: TimeRange | undefined;
  readonly source: LogAttributeSource;
  readonly search: string;
  readonly limit: number;
}

/** Undefined when nothing of the range is stored. */
function readOptions(reading: Reading, request: CatalogueRequest): CatalogueOptions | undefined {
  checkName('search', request.search);
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const range: Range | undefined = request.range ? intersect(readRange(request.range), stored) : stored;
  const source = readSource(request.source);
  const limit = Math.min(request.limit || DEFAULT_LIMIT, MAX_LIMIT);
  return range && { signal: 'logs', source, search: request.search, range, limit };
}

function readSource(source: LogAttributeSource): CatalogueSource | undefined {
  if (source === LogAttributeSource.UNSPECIFIED) return undefined;
  const [name] = Object.entries(SOURCES).find(([, number]) => number === source) ?? [];
  if (name === undefined)
    throw new AppError('invalid_argument', `source ${source} is not known.`, { field: 'source' });
  return name as CatalogueSource;
}
