import { messageOf } from '../../../lib/errors/app-error.js';
import type { Statement } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { SERIES_TABLE } from '../transcode/metric-columns.js';
import { OVERFLOW_LABEL } from './overflow-row.js';
import { SortedIds } from './sorted-ids.js';

export interface TenantDay {
  readonly database: string;
  readonly tenantId: number;
  /** UTC day since 1970. */
  readonly day: number;
}

/** Keys of the series with labels of their own that a tenant has stored on a day (see `seriesKey`); undefined when nobody can tell. */
export type AskStored = (question: TenantDay) => Promise<SortedIds | undefined>;

const ASK_TIMEOUT_MS = 5_000;
/** The largest cap: 32 MiB of keys. */
const MAX_SERIES = 4_000_000;
const MS_PER_DAY = 86_400_000;
/** Fills 64 bits: the series of one project must not be taken for those of another. */
const PROJECT_FACTOR = 0x9e3779b97f4a7c15n;

/** A series of one project, among those of all projects of a tenant. Has a twin in the statement below. */
export function seriesKey(seriesId: bigint, projectId: bigint): bigint {
  return BigInt.asUintN(64, seriesId ^ BigInt.asUintN(64, projectId * PROJECT_FACTOR));
}

const STORED_SERIES: Statement = {
  name: 'stored_series',
  sql: `SELECT base64Encode(arrayStringConcat(groupArray(CAST(reinterpretAsFixedString(key), 'String')))) AS keys FROM (
  SELECT DISTINCT bitXor(SeriesId, ProjectId * ${PROJECT_FACTOR}) AS key FROM {database:Identifier}.${SERIES_TABLE}
  WHERE TenantId = {tenantId:UInt32} AND Day = {day:Date} AND NOT mapContains(Attrs, '${OVERFLOW_LABEL}')
  ORDER BY key LIMIT ${MAX_SERIES}
)`,
};

/** Asks the tenant's cell. */
export function askStoredSeries(store: Store, logger: Logger): AskStored {
  return async ({ database, tenantId, day }) => {
    try {
      const params = { tenantId, day: new Date(day * MS_PER_DAY).toISOString().slice(0, 10) };
      const { rows } = await store.query<{ keys: string }>(STORED_SERIES, params, {
        database,
        signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
        maxExecutionMs: ASK_TIMEOUT_MS,
      });
      return toIds(rows[0]?.keys ?? '');
    } catch (error) {
      logger.warn(
        { tenantId, reason: messageOf(error) },
        "a tenant's series cannot be counted at the moment",
      );
      return undefined;
    }
  };
}

/** Little endian, as both sides of the wire are. */
function toIds(base64: string): SortedIds {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  return new SortedIds(new BigUint64Array(bytes.buffer, 0, bytes.length / 8));
}
