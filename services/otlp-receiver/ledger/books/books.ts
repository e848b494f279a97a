import { Counter, type Registry } from '../../../../lib/telemetry/metrics.js';
import type { Account, Share } from '../account.js';
import type { Limited } from '../limited.js';
import { LedgerBook, type Outcome } from './ledger-book.js';
import { type NewReject, RejectBook } from './reject-book.js';

/** Rows of one table that go to the store as one insert. */
export interface TakenRows {
  readonly database: string;
  readonly table: 'ingest_ledger' | 'ingest_rejects';
  readonly rows: readonly object[];
}

/** What is to be written about everybody's exports. Entering costs a look into a map and never waits. */
export class Books {
  readonly #ledger: LedgerBook;
  readonly #rejects: RejectBook;
  /** Of the cell that has what belongs to no tenant. */
  readonly operatorsDatabase: string;

  constructor(operatorsDatabase: string, registry: Registry) {
    this.operatorsDatabase = operatorsDatabase;
    const dropped = new Counter({
      name: 'gob_receiver_ledger_dropped_total',
      help: 'Entries that found no room between two writes: of `ledger` they are missing in the answers, of `rejects` they are only counted.',
      labelNames: ['book'] as const,
      registers: [registry],
    });
    const onDropped = (book: string) => () => dropped.inc({ book });
    this.#ledger = new LedgerBook({ operatorsDatabase, onDropped: onDropped('ledger') });
    this.#rejects = new RejectBook(onDropped('rejects'));
  }

  enter(account: Partial<Account>, outcome: Outcome, shares: readonly Share[], reason?: string): void {
    this.#ledger.enter(account, outcome, shares, reason);
  }

  limited(limited: Limited): void {
    const { reason, serviceName = '', items } = limited;
    this.#ledger.enter(limited, 'limited', [{ service: serviceName, items, bytes: 0 }], reason);
    this.#rejects.record({ ...limited, bytes: 0, isStored: true });
  }

  refused(reject: NewReject, nowMs?: number): void {
    this.#rejects.record(reject, nowMs);
  }

  /** Empties the books, but for databases that are not free. */
  take(isFree: (database: string) => boolean): TakenRows[] {
    const of = (table: TakenRows['table'], rows: ReadonlyMap<string, readonly object[]>) =>
      [...rows].map(([database, ofDatabase]) => ({ database, table, rows: ofDatabase }));
    return [
      ...of('ingest_ledger', this.#ledger.take(isFree)),
      ...of('ingest_rejects', this.#rejects.take(isFree)),
    ];
  }
}
