import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  type Registry,
} from '../../../lib/telemetry/metrics.js';
import { type Account, type Share, totalOf } from './account.js';
import type { Books } from './books/books.js';
import type { Limited } from './limited.js';

export type Transport = 'grpc' | 'http';

/**
 * What became of every item and byte, per tenant and signal; and what every request was answered. While nothing is being
 * worked on, `received + recovered = stored + spooled + duplicate + rejected`, in items and in bytes. (A request that cannot
 * be decoded is bytes without items.) What nobody vouches for has an account without a tenant.
 */
export interface Ledger {
  received(account: Account, shares: readonly Share[]): void;
  /** Found in the spool: left by an earlier process, which has counted it as received. It is spooled from now on. */
  recovered(account: Account, shares: readonly Share[]): void;
  /** Durable although its exporter was told to send it again: counted as received once more, and spooled from now on. */
  keptAnyway(account: Account, shares: readonly Share[]): void;
  /** On disk and acknowledged, not yet stored. */
  spooled(account: Account, shares: readonly Share[]): void;
  /** Left the disk, for what is entered next to it. */
  unspooled(account: Account, shares: readonly Share[]): void;
  stored(account: Account, shares: readonly Share[]): void;
  /** Sent again although it is durable already. */
  duplicate(account: Account, shares: readonly Share[]): void;
  /** `reason` is a reject reason of items, or a code of the error catalogue for a whole request. */
  rejected(account: Account, reason: string, shares: readonly Share[]): void;
  /** Acknowledged, and not stored: kept aside instead. */
  setAside(account: Account, reason: string, shares: readonly Share[]): void;
  /**
   * Refused before its content was looked at: received and rejected at once, in bytes as they came. Without a tenant when the
   * sender was not admitted, without a signal when the path names none.
   */
  turnedAway(account: Partial<Account>, reason: string, bytes: number): void;
  /** Stored, but not as it was sent. Cheap, and bounded whatever is passed. */
  limited(limited: Limited): void;
  /** `outcome` is `ok` or a code of the error catalogue. */
  answered(transport: Transport, outcome: string, startedMs: number): void;
}

type Enter = (account: Partial<Account>, outcome: string, shares: readonly Share[], reason?: string) => void;

/** Enters everything into the metrics of the process, and into the book that is written to the store. */
export function createLedger(registry: Registry, book: Pick<Books, 'enter' | 'limited'>): Ledger {
  const count = createEntries(registry);
  const spool = createSpooled(registry);
  const requests = createTurnedAway(registry);
  return {
    received(account, shares) {
      count(account, 'received', shares);
      book.enter(account, 'received', shares);
    },
    recovered(account, shares) {
      count(account, 'recovered', shares);
      spool(account, shares, 1);
    },
    keptAnyway(account, shares) {
      count(account, 'recovered', shares);
      spool(account, shares, 1);
      book.enter(account, 'received', shares);
    },
    spooled: (account, shares) => spool(account, shares, 1),
    unspooled: (account, shares) => spool(account, shares, -1),
    stored(account, shares) {
      count(account, 'stored', shares);
      book.enter(account, 'stored', shares);
    },
    duplicate(account, shares) {
      count(account, 'duplicate', shares);
      book.enter(account, 'duplicate', shares);
    },
    rejected(account, reason, shares) {
      count(account, 'rejected', shares, reason);
      book.enter(account, 'rejected', shares, reason);
    },
    setAside(account, reason, shares) {
      count(account, 'rejected', shares, reason);
      book.enter(account, 'setAside', shares, reason);
    },
    turnedAway(account, reason, bytes) {
      const shares = [{ service: '', items: 0, bytes }];
      requests.inc({ signal: account.signal ?? '', reason });
      count(account, 'received', shares);
      count(account, 'rejected', shares, reason);
      book.enter(account, 'received', shares);
      book.enter(account, 'rejected', shares, reason);
    },
    limited: createLimited(registry, book),
    answered: createAnswers(registry),
  };
}

function createEntries(registry: Registry): Enter {
  const labelNames = ['tenant', 'signal', 'outcome', 'reason'] as const;
  const items = new Counter({
    name: 'gob_receiver_items_total',
    help: 'Spans, points and records: received (or recovered from the spool), and what became of them.',
    labelNames,
    registers: [registry],
  });
  const bytes = new Counter({
    name: 'gob_receiver_bytes_total',
    help: 'The same in bytes of requests after decompression.',
    labelNames,
    registers: [registry],
  });
  return ({ tenantId = '', signal = '' }, outcome, shares, reason = '') => {
    const labels = { tenant: String(tenantId), signal, outcome, reason };
    const amount = totalOf(shares);
    if (amount.items > 0) items.inc(labels, amount.items);
    if (amount.bytes > 0) bytes.inc(labels, amount.bytes);
  };
}

function createSpooled(registry: Registry) {
  const labelNames = ['tenant', 'signal'] as const;
  const items = new Gauge({
    name: 'gob_receiver_spooled_items',
    help: 'Spans, points and records that are acknowledged and wait on disk to be stored.',
    labelNames,
    registers: [registry],
  });
  const bytes = new Gauge({
    name: 'gob_receiver_spooled_bytes',
    help: 'The same in bytes of requests after decompression.',
    labelNames,
    registers: [registry],
  });
  return ({ tenantId, signal }: Account, shares: readonly Share[], sign: 1 | -1): void => {
    const labels = { tenant: String(tenantId), signal };
    const amount = totalOf(shares);
    items.inc(labels, sign * amount.items);
    bytes.inc(labels, sign * amount.bytes);
  };
}

function createTurnedAway(registry: Registry): Counter<'signal' | 'reason'> {
  return new Counter({
    name: 'gob_receiver_turned_away_requests_total',
    help: 'Export requests that were refused before their content was looked at.',
    labelNames: ['signal', 'reason'] as const,
    registers: [registry],
  });
}

function createLimited(registry: Registry, book: Pick<Books, 'limited'>): Ledger['limited'] {
  const items = new Counter({
    name: 'gob_receiver_limited_items_total',
    help: 'Items that were stored, but not as they were sent, because something of them went over a limit.',
    labelNames: ['tenant', 'signal', 'reason'] as const,
    registers: [registry],
  });
  return (limited) => {
    const { tenantId, signal, reason } = limited;
    items.inc({ tenant: String(tenantId), signal, reason }, limited.items);
    book.limited(limited);
  };
}

function createAnswers(registry: Registry): Ledger['answered'] {
  const registers = [registry];
  const requests = new Counter({
    name: 'gob_receiver_requests_total',
    help: 'Export requests by answer.',
    labelNames: ['transport', 'outcome'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'gob_receiver_request_duration_seconds',
    help: 'Time from the head of an export request to its answer.',
    labelNames: ['transport'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  return (transport, outcome, startedMs) => {
    requests.inc({ transport, outcome });
    seconds.observe({ transport }, (performance.now() - startedMs) / 1000);
  };
}

/** Bytes that requests hold at the moment, read when the metrics are. */
export function registerInFlightGauge(registry: Registry, usedBytes: () => number): void {
  new Gauge({
    name: 'gob_receiver_in_flight_bytes',
    help: 'Bytes held for export requests that are being worked on.',
    registers: [registry],
    collect() {
      this.set(usedBytes());
    },
  });
}
