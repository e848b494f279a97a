import type { Statement } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import { dayText } from '../retention/days.js';

/** One day of one project, and of its tenant. */
export interface CardinalityQuestion {
  readonly database: string;
  readonly tenantId: number;
  readonly projectId: bigint;
  /** In days since 1970. */
  readonly day: number;
  /** Most metrics and most attributes. */
  readonly limit: number;
}

/** Counts are decimal. */
interface SeriesCounts {
  /** With labels of their own. */
  readonly series: string;
  /** Over the cap, without their labels. */
  readonly overflow: string;
}

export interface Cardinality {
  readonly tenant: SeriesCounts;
  readonly metrics: readonly (SeriesCounts & { readonly metric: string })[];
  readonly attributes: readonly {
    readonly signal: string;
    readonly source: string;
    readonly key: string;
    readonly values: string;
  }[];
}

/** SDKs mark with it what they aggregate over their own limit, and receivers what is over the tenant's. */
const IS_OVER = `mapContains(Attrs, 'otel.metric.overflow')`;
/** A series that one receiver let in and another did not has a row of each kind until they are merged. */
const COUNTS = (key: string) =>
  `uniqExactIf(${key}, NOT ${IS_OVER}) AS series, uniqExact(${key}) - series AS overflow`;

const TENANT: Statement = {
  name: 'cardinality_tenant',
  sql: `SELECT ${COUNTS('(ProjectId, SeriesId)')} FROM {database:Identifier}.metric_series
WHERE TenantId = {tenantId:UInt32} AND Day = {day:Date}`,
};

const METRICS: Statement = {
  name: 'cardinality_metrics',
  sql: `SELECT MetricName AS metric, ${COUNTS('SeriesId')} FROM {database:Identifier}.metric_series
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64} AND Day = {day:Date}
GROUP BY metric ORDER BY series + overflow DESC, metric LIMIT {limit:UInt32}`,
};

const ATTRIBUTES: Statement = {
  name: 'cardinality_attributes',
  sql: `SELECT transform(toString(Signal), ['spans'], ['traces'], toString(Signal)) AS signal, toString(Source) AS source,
  Key AS key, uniqExact(Value) AS values FROM {database:Identifier}.attr_catalog
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64} AND Day = {day:Date}
GROUP BY signal, source, key ORDER BY values DESC, signal, source, key LIMIT {limit:UInt32}`,
};

/** Counted from what is stored, so it is the same whatever receivers there are; seconds old at most. */
export async function readCardinality(
  store: Pick<Store, 'query'>,
  { database, projectId, tenantId, day, limit }: CardinalityQuestion,
  signal: AbortSignal,
): Promise<Cardinality> {
  const read = async <T>(statement: Statement) => {
    const params = { tenantId, projectId, day: dayText(day), limit };
    return (await store.query<T>(statement, params, { database, signal })).rows;
  };
  const [[tenant], metrics, attributes] = await Promise.all([
    read<SeriesCounts>(TENANT),
    read<Cardinality['metrics'][number]>(METRICS),
    read<Cardinality['attributes'][number]>(ATTRIBUTES),
  ]);
  return { tenant: tenant ?? { series: '0', overflow: '0' }, metrics, attributes };
}
