import { z } from 'zod';
import { LogAttributeSource } from '../../../gen/es/gob/query/v1/logs_pb.js';
import { countText } from './page.js';
import { type TimeRangeInput, timeRangeParams, toGivenTimeRange } from './time-range.js';

const SOURCES = {
  resource: LogAttributeSource.RESOURCE,
  scope: LogAttributeSource.SCOPE,
  log: LogAttributeSource.LOG,
} as const;

type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES: Readonly<Partial<Record<LogAttributeSource, SourceName>>> = {
  [LogAttributeSource.RESOURCE]: 'resource',
  [LogAttributeSource.SCOPE]: 'scope',
  [LogAttributeSource.LOG]: 'log',
};

export const attributeSource = z.enum(['resource', 'scope', 'log'], 'expected one of resource, scope, log');

/** The members of a schema that say what completion is asked for. */
export const catalogueParams = {
  ...timeRangeParams,
  period: timeRangeParams.period.describe(
    'Time up to now, whole days (UTC) count. Without any time, all that is kept.',
  ),
  source: attributeSource.optional().describe('Where the attribute stands. Without it, anywhere.'),
  search: z
    .string()
    .optional()
    .describe('Part of what is looked for; the case of ASCII letters does not count.'),
  limit: countText.optional().describe('Most answers. Default 100; more than 1000 is cut to 1000.'),
};

export interface CatalogueInput extends TimeRangeInput {
  readonly source?: SourceName | undefined;
  readonly search?: string | undefined;
  readonly limit?: string | undefined;
}

export function toCatalogueRequest(input: CatalogueInput, nowMs: number) {
  const range = toGivenTimeRange(input, nowMs);
  return {
    ...(range && { range }),
    source: input.source ? SOURCES[input.source] : LogAttributeSource.UNSPECIFIED,
    search: input.search ?? '',
    limit: Number(input.limit ?? 0),
  };
}
