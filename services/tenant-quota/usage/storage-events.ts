import type { Statement } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import { CONTROL_DATABASE } from '../registry/stored/registry-tables.js';

/** What the audit log calls what users are told of. */
export const EVENT_KINDS = {
  storage_soft: 'soft_reached',
  storage_hard: 'hard_reached',
  storage_ok: 'ok_again',
  stop_ingest: 'ingest_stopped',
  resume_ingest: 'ingest_resumed',
} as const;

export type EventKind = (typeof EVENT_KINDS)[keyof typeof EVENT_KINDS] | 'day_dropped';

export interface StorageEvent {
  readonly atMs: number;
  readonly kind: EventKind;
  readonly detail: string;
  /** Empty where it is not about a day. */
  readonly day: string;
  readonly rows: number;
  readonly bytes: number;
}

interface EventRow {
  readonly atMs: string;
  readonly name: string;
  readonly detail: string;
  readonly dropped: string;
  readonly rows: string;
  readonly bytes: string;
}

/** A day that went for the quota is one event, however many tables it had rows in. */
const SELECT_EVENTS: Statement = {
  name: 'storage_events',
  sql: `SELECT toString(max(toUnixTimestamp64Milli(At))) AS atMs, Action AS name, Reason AS detail,
  if(Day = toDate(0), '', toString(Day)) AS dropped, toString(sum(Rows)) AS rows, toString(sum(Bytes)) AS bytes
FROM {database:Identifier}.audit
WHERE TenantId = {tenantId:UInt32}
  AND (Action IN {stages:Array(String)} OR (Reason = 'storage_quota' AND Day != toDate(0)))
GROUP BY Action, Reason, Day, if(Day = toDate(0), At, toDateTime64(0, 3, 'UTC'))
ORDER BY max(At) DESC, name LIMIT {limit:UInt32}`,
};

/** What the quota has done to a tenant, the latest first. */
export async function storageEvents(
  store: Pick<Store, 'query'>,
  { tenantId, limit }: { readonly tenantId: number; readonly limit: number },
  signal: AbortSignal,
): Promise<readonly StorageEvent[]> {
  const params = { tenantId, limit, stages: Object.keys(EVENT_KINDS) };
  const { rows } = await store.query<EventRow>(SELECT_EVENTS, params, { database: CONTROL_DATABASE, signal });
  return rows.map(toEvent);
}

function toEvent({ atMs, name, detail, dropped, rows, bytes }: EventRow): StorageEvent {
  const kind = name in EVENT_KINDS ? EVENT_KINDS[name as keyof typeof EVENT_KINDS] : 'day_dropped';
  const sentence =
    kind === 'day_dropped' ? `All data of ${dropped} was dropped to come under the quota.` : detail;
  return {
    ...{ atMs: Number(atMs), kind, detail: sentence, day: dropped },
    rows: Number(rows),
    bytes: Number(bytes),
  };
}
