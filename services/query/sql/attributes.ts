import type { BoundStatement } from '../clickhouse/reading.js';
import type { Range } from '../traces/time-range.js';
import { instant, OWN_ROWS } from './fragments.js';

/** As the catalogue calls them. */
export type CatalogueSignal = 'spans' | 'logs' | 'metrics';
export type CatalogueSource = 'resource' | 'scope' | 'attr';

export interface CatalogueOptions {
  readonly signal: CatalogueSignal;
  /** Where the attribute stands; undefined: anywhere. */
  readonly source: CatalogueSource | undefined;
  /** Part of what is looked for, ASCII case ignored; empty for all. */
  readonly search: string;
  /** Whole days (UTC) count. */
  readonly range: Range;
  readonly limit: number;
}

export interface AttributeNameRow {
  readonly name: string;
  readonly source: CatalogueSource;
}

export function attributeNames(options: CatalogueOptions): BoundStatement {
  const sql = `SELECT toString(Key) AS name, toString(Source) AS source
${catalogueSource(options, 'Key')}
GROUP BY name, source
ORDER BY name, source
LIMIT {limit:UInt32}`;
  return {
    statement: { name: 'attribute_names', sql },
    params: catalogueParams(options),
    maxRows: options.limit,
  };
}

export interface AttributeValueRow {
  readonly value: string;
}

export function attributeValues(options: CatalogueOptions, name: string): BoundStatement {
  const sql = `SELECT Value AS value
${catalogueSource(options, 'Value')}
  AND Key = {name:String}
GROUP BY value
ORDER BY value
LIMIT {limit:UInt32}`;
  return {
    statement: { name: 'attribute_values', sql },
    params: { ...catalogueParams(options), name },
    maxRows: options.limit,
  };
}

function catalogueSource({ source, search }: CatalogueOptions, searched: 'Key' | 'Value'): string {
  return [
    'FROM {database:Identifier}.attr_catalog',
    `WHERE ${OWN_ROWS}`,
    '  AND Signal = {signal:String}',
    `  AND Day BETWEEN toDate(${instant('start')}) AND toDate(${instant('end')})`,
    ...(source === undefined ? [] : ['  AND Source = {source:String}']),
    ...(search === '' ? [] : [`  AND positionCaseInsensitive(${searched}, {search:String}) > 0`]),
  ].join('\n');
}

function catalogueParams({ signal, source, search, range, limit }: CatalogueOptions) {
  return {
    signal,
    start: range.startUnixNano,
    end: range.endUnixNano,
    limit,
    ...(source !== undefined && { source }),
    ...(search !== '' && { search }),
  };
}
