import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS } from '../fragments.js';

/** Values of the column `Signal`. */
export type CatalogueSignal = 'spans' | 'logs' | 'metrics';
/** Values of the column `Source`. */
export type CatalogueSource = 'resource' | 'scope' | 'attr';

export interface CatalogueOptions {
  readonly signal: CatalogueSignal;
  /** Part of the key or value; empty: all. */
  readonly search: string;
  readonly stored: Range;
  readonly limit: number;
}

export interface KeyRow {
  readonly source: CatalogueSource;
  readonly name: string;
}

const OF_SIGNAL = `FROM {database:Identifier}.attr_catalog
WHERE ${OWN_ROWS}
  AND Signal = {signal:String}
  AND Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})`;

const KEYS = `SELECT toString(Source) AS source, toString(Key) AS name
${OF_SIGNAL}
  AND positionCaseInsensitiveUTF8(Key, {search:String}) > 0
GROUP BY source, name
ORDER BY name, source
LIMIT {limit:UInt32}`;

export function attributeKeys(options: CatalogueOptions): BoundStatement {
  const params = paramsOf(options);
  return { statement: { name: 'attribute_keys', sql: KEYS }, params, maxRows: options.limit };
}

export interface ValueRow {
  readonly name: string;
}

const VALUES = `SELECT Value AS name
${OF_SIGNAL}
  AND Source IN {sources:Array(String)}
  AND Key = {key:String}
  AND positionCaseInsensitiveUTF8(Value, {search:String}) > 0
GROUP BY name
ORDER BY name
LIMIT {limit:UInt32}`;

export interface ValuesOptions extends CatalogueOptions {
  readonly sources: readonly CatalogueSource[];
  readonly key: string;
}

export function attributeValues(options: ValuesOptions): BoundStatement {
  const params = { ...paramsOf(options), sources: options.sources, key: options.key };
  return { statement: { name: 'attribute_values', sql: VALUES }, params, maxRows: options.limit };
}

function paramsOf({ signal, search, stored, limit }: CatalogueOptions) {
  return { signal, search, limit, storedStart: stored.startUnixNano, storedEnd: stored.endUnixNano };
}
