import { serviceOf } from '../../../../lib/store/cell-address.js';
import { type Account, minuteOf, type Share } from '../account.js';

/** Columns of `ingest_ledger` that are added up. */
const OUTCOME_COLUMNS = {
  received: ['ReceivedItems', 'ReceivedBytes'],
  stored: ['StoredItems', 'StoredBytes'],
  duplicate: ['DuplicateItems', 'DuplicateBytes'],
  rejected: ['RejectedItems', 'RejectedBytes'],
  setAside: ['SetAsideItems', 'SetAsideBytes'],
  limited: ['LimitedItems', undefined],
} as const;

export type Outcome = keyof typeof OUTCOME_COLUMNS;
type SumColumn = Exclude<(typeof OUTCOME_COLUMNS)[Outcome][number], undefined> | 'RejectedRequests';

/** A row of the table. Sums that are 0 are left out. */
export type LedgerRow = {
  readonly TenantId: number;
  readonly ProjectId: string;
  readonly Signal: string;
  /** Unix seconds. */
  readonly Minute: number;
  readonly ServiceName: string;
  readonly Reason: string;
} & { [column in SumColumn]?: number };

export interface LedgerBookOptions {
  /** Of the cell that has what belongs to no tenant. */
  readonly operatorsDatabase: string;
  /** Told of what is not entered because the book is full. */
  readonly onDropped: () => void;
}

/** Service names of one tenant in an hour; further ones share a row. */
const MAX_SERVICES_PER_TENANT = 500;
/** What further services are called. */
const OTHER_SERVICES = '(other)';
/** For each ClickHouse service: one that is away for long leaves the others their room. */
const MAX_ROWS = 50_000;
const MAX_NAME = 200;
const MINUTES_PER_HOUR = 60;

interface Entered {
  readonly tenantId: number;
  /** ClickHouse service that it counts for. */
  readonly service: string;
  readonly row: LedgerRow;
}

/**
 * What has happened since the book was last taken to the store: one row per tenant, project, signal, minute, service and
 * reason. Bounded, and all in memory: a process that is killed loses it.
 */
export class LedgerBook {
  readonly #options: LedgerBookOptions;
  readonly #rows = new Map<string, Entered>();
  /** Rows by ClickHouse service. */
  readonly #held = new Map<string, number>();
  /** Where each tenant's books are, as last heard: what is stored after a move belongs there, too. */
  readonly #databases = new Map<number, string>();
  #services = new Map<number, Set<string>>();
  #hour = 0;

  constructor(options: LedgerBookOptions) {
    this.#options = options;
  }

  enter(account: Partial<Account>, outcome: Outcome, shares: readonly Share[], reason = ''): void {
    const { tenantId = 0, database = this.#options.operatorsDatabase } = account;
    if (outcome === 'received' || !this.#databases.has(tenantId)) this.#databases.set(tenantId, database);
    const [items, bytes] = OUTCOME_COLUMNS[outcome];
    for (const [index, share] of shares.entries()) {
      const row = this.#rowOf(account, share.service, reason);
      if (!row) continue;
      if (share.items !== 0) row[items] = (row[items] ?? 0) + share.items;
      if (bytes !== undefined && share.bytes !== 0) row[bytes] = (row[bytes] ?? 0) + share.bytes;
      // One request, however many services it was about.
      if (outcome === 'rejected' && index === 0) row.RejectedRequests = (row.RejectedRequests ?? 0) + 1;
    }
  }

  /** Removes the rows of every database that is free, and returns them by database. */
  take(isFree: (database: string) => boolean): ReadonlyMap<string, readonly LedgerRow[]> {
    const taken = new Map<string, LedgerRow[]>();
    for (const [key, { tenantId, row, service }] of this.#rows) {
      const database = this.#databases.get(tenantId) ?? this.#options.operatorsDatabase;
      if (!isFree(database)) continue;
      this.#rows.delete(key);
      this.#held.set(service, (this.#held.get(service) ?? 0) - 1);
      const rows = taken.get(database) ?? [];
      rows.push(row);
      taken.set(database, rows);
    }
    if (this.#rows.size === 0) this.#databases.clear();
    return taken;
  }

  #rowOf(account: Partial<Account>, service: string, reason: string): LedgerRow | undefined {
    const { tenantId = 0, projectId = 0n, signal = 'unknown', minute = minuteOf(Date.now()) } = account;
    const name = this.#knownService(tenantId, service, minute);
    const key = `${tenantId} ${projectId} ${signal} ${minute} ${reason} ${name}`;
    const known = this.#rows.get(key);
    if (known) return known.row;
    const clickhouse = serviceOf(this.#databases.get(tenantId) ?? this.#options.operatorsDatabase);
    const held = this.#held.get(clickhouse) ?? 0;
    if (held >= MAX_ROWS) {
      this.#options.onDropped();
      return undefined;
    }
    const row: LedgerRow = {
      TenantId: tenantId,
      ProjectId: String(projectId),
      Signal: signal,
      Minute: minute * 60,
      ServiceName: name,
      Reason: reason,
    };
    this.#rows.set(key, { tenantId, row, service: clickhouse });
    this.#held.set(clickhouse, held + 1);
    return row;
  }

  #knownService(tenantId: number, service: string, minute: number): string {
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    if (hour > this.#hour) {
      this.#hour = hour;
      this.#services = new Map();
    }
    const known = this.#services.get(tenantId) ?? new Set<string>();
    if (known.has(service)) return service;
    const name = service.slice(0, MAX_NAME);
    if (known.size >= MAX_SERVICES_PER_TENANT && !known.has(name)) return OTHER_SERVICES;
    this.#services.set(tenantId, known.add(name));
    return name;
  }
}
