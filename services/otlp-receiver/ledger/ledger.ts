import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  type Registry,
} from '../../../lib/telemetry/metrics.js';
import type { ReceivedSignal } from '../admission/admission.js';
import type { Limited } from './limited.js';

export type Transport = 'grpc' | 'http';

/** Whose books an entry goes into. */
export interface Account {
  readonly tenantId: number;
  readonly signal: ReceivedSignal;
}

export interface Amount {
  /** Spans, points, records. */
  readonly items: number;
  /** Of the request after decompression. */
  readonly bytes: number;
}

/**
 * What became of every item and byte, per tenant and signal; and what every request was answered. While nothing is being
 * worked on, `received + recovered = stored + spooled + duplicate + rejected`, in items and in bytes. (A request that cannot
 * be decoded is bytes without items.) What nobody vouches for has an account without a tenant.
 */
export interface Ledger {
  received(account: Account, amount: Amount): void;
  /** Found in the spool: left by an earlier process, which has counted it as received. It is spooled from now on. */
  recovered(account: Account, amount: Amount): void;
  /** On disk and acknowledged, not yet stored. */
  spooled(account: Account, amount: Amount): void;
  /** Left the disk, for what is entered next to it. */
  unspooled(account: Account, amount: Amount): void;
  stored(account: Account, amount: Amount): void;
  /** Sent again although it is durable already. */
  duplicate(account: Account, amount: Amount): void;
  /** `reason` is a reject reason of items, or a code of the error catalogue for a whole request. */
  rejected(account: Account, reason: string, amount: Amount): void;
  /** Stored, but not in full: entered beside what says that it is stored. */
  limited(limited: Limited): void;
  /**
   * Refused before its content was looked at: received and rejected at once, in bytes as they came. Without a tenant when the
   * sender was not admitted, without a signal when the path names none.
   */
  turnedAway(account: Partial<Account>, reason: string, bytes: number): void;
  /** `outcome` is `ok` or a code of the error catalogue. */
  answered(transport: Transport, outcome: string, startedMs: number): void;
}

type Entry = (account: Partial<Account>, outcome: string, amount: Amount, reason?: string) => void;

export function createLedger(registry: Registry): Ledger {
  const enter = createEntries(registry);
  const spool = createSpooled(registry);
  return {
    received: (account, amount) => enter(account, 'received', amount),
    recovered: (account, amount) => {
      enter(account, 'recovered', amount);
      spool(account, amount, 1);
    },
    spooled: (account, amount) => spool(account, amount, 1),
    unspooled: (account, amount) => spool(account, amount, -1),
    stored: (account, amount) => enter(account, 'stored', amount),
    duplicate: (account, amount) => enter(account, 'duplicate', amount),
    rejected: (account, reason, amount) => enter(account, 'rejected', amount, reason),
    limited: createLimited(registry),
    turnedAway: createTurnedAway(registry, enter),
    answered: createAnswers(registry),
  };
}

function createEntries(registry: Registry): Entry {
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
  return ({ tenantId = '', signal = '' }, outcome, amount, reason = '') => {
    const labels = { tenant: String(tenantId), signal, outcome, reason };
    if (amount.items > 0) items.inc(labels, amount.items);
    if (amount.bytes > 0) bytes.inc(labels, amount.bytes);
  };
}

function createSpooled(registry: Registry): (account: Account, amount: Amount, sign: 1 | -1) => void {
  const labelNames = ['tenant', 'signal'] as const;
  const gauge = (unit: string) =>
    new Gauge({
      name: `gob_receiver_spooled_${unit}`,
      help: `Acknowledged and waiting on disk to be stored, in ${unit} as the ledger counts them.`,
      labelNames,
      registers: [registry],
    });
  const [items, bytes] = [gauge('items'), gauge('bytes')];
  return ({ tenantId, signal }, amount, sign) => {
    const labels = { tenant: String(tenantId), signal };
    items.inc(labels, sign * amount.items);
    bytes.inc(labels, sign * amount.bytes);
  };
}

function createLimited(registry: Registry): Ledger['limited'] {
  const items = new Counter({
    name: 'gob_receiver_limited_items_total',
    help: 'Items that are stored, but not in full, because something of them is over a cap.',
    labelNames: ['tenant', 'signal', 'reason'] as const,
    registers: [registry],
  });
  return ({ tenantId, signal, reason, items: count }) =>
    items.inc({ tenant: String(tenantId), signal, reason }, count);
}

function createTurnedAway(registry: Registry, enter: Entry): Ledger['turnedAway'] {
  const requests = new Counter({
    name: 'gob_receiver_turned_away_requests_total',
    help: 'Export requests that were refused before their content was looked at.',
    labelNames: ['signal', 'reason'] as const,
    registers: [registry],
  });
  return (account, reason, bytes) => {
    requests.inc({ signal: account.signal ?? '', reason });
    enter(account, 'received', { items: 0, bytes });
    enter(account, 'rejected', { items: 0, bytes }, reason);
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
