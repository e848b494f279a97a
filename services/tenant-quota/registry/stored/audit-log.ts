import type { Statement } from '../../../../lib/store/statement.js';
import type { Store } from '../../../../lib/store/store.js';
import { toStoreTime } from '../../../../lib/store/timestamp.js';
import { CONTROL_DATABASE } from './registry-tables.js';

/** One deed. What it is not about is left out. */
export interface Deed {
  /** Name of the token or user, or the part of the mesh. */
  readonly actor: string;
  readonly action: string;
  readonly tenantId?: number;
  readonly cell?: string;
  readonly table?: string;
  /** `2026-11-21`. */
  readonly day?: string;
  /** Why, or what was changed. */
  readonly reason?: string;
  readonly rows?: number;
  readonly bytes?: number;
  /** Of the change that it is about. */
  readonly version?: number;
  /** Of the lock under which it was done. */
  readonly fence?: number;
}

export interface AuditRow {
  readonly atMs: string;
  readonly actor: string;
  readonly action: string;
  readonly tenantId: number;
  readonly cell: string;
  readonly tableName: string;
  /** `1970-01-01` when it is not about a day. */
  readonly day: string;
  readonly reason: string;
  readonly rows: string;
  readonly bytes: string;
}

const NO_DAY = '1970-01-01';
/** A reason lists changes; nobody reads more than this of one. */
const MAX_REASON_CHARACTERS = 4_000;

const SELECT_AUDIT: Statement = {
  name: 'audit_list',
  sql: `SELECT toUnixTimestamp64Milli(At) AS atMs, Actor AS actor, Action AS action, TenantId AS tenantId, Cell AS cell,
  TableName AS tableName, toString(Day) AS day, Reason AS reason, Rows AS rows, Bytes AS bytes
FROM {database:Identifier}.audit WHERE {tenantId:UInt32} = 0 OR TenantId = {tenantId:UInt32}
ORDER BY At DESC, Action, TableName LIMIT {limit:UInt32}`,
};

/** Who changed what, and what was dropped and why. Nothing is ever taken out of it. */
export class AuditLog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Written before the deed: one that was not done after all is better in the log than one that is missing. */
  async write(deeds: readonly Deed[], signal: AbortSignal): Promise<void> {
    if (deeds.length === 0) return;
    const at = toStoreTime(Date.now());
    await this.#store.insertRows({
      ...{ name: 'audit_write', database: CONTROL_DATABASE, table: 'audit', signal },
      rows: deeds.map((deed) => toRow(deed, at)),
    });
  }

  /** Newest first; tenant 0 for all. */
  async list(tenantId: number, limit: number, signal: AbortSignal): Promise<readonly AuditRow[]> {
    const options = { database: CONTROL_DATABASE, signal };
    return (await this.#store.query<AuditRow>(SELECT_AUDIT, { tenantId, limit }, options)).rows;
  }
}

function toRow(deed: Deed, at: string) {
  return {
    At: at,
    Actor: deed.actor,
    Action: deed.action,
    TenantId: deed.tenantId ?? 0,
    Cell: deed.cell ?? '',
    TableName: deed.table ?? '',
    Day: deed.day ?? NO_DAY,
    Reason: (deed.reason ?? '').slice(0, MAX_REASON_CHARACTERS),
    Rows: String(Math.round(deed.rows ?? 0)),
    Bytes: String(Math.round(deed.bytes ?? 0)),
    Version: String(deed.version ?? 0),
    Fence: String(deed.fence ?? 0),
  };
}
