// `npm run bench ledger`: what the ledger costs a receiver per export, in processor time: taking the export apart by service, and
// every entry until it is stored. Next to it what transcoding the same export takes.
import { createRegistry } from '../../lib/telemetry/metrics.js';
import { servicesOf, shareOut } from '../../services/otlp-receiver/ingest/export-services.js';
import { Books } from '../../services/otlp-receiver/ledger/books/books.js';
import { createLedger } from '../../services/otlp-receiver/ledger/ledger.js';
import { tracesSignal } from '../../services/otlp-receiver/signals/traces.js';
import { tracesPayload } from './_payload.js';

const SECONDS = Number(process.argv[2] ?? 2);
const EXPORT_SIZES = [512, 50, 5];
const NOW_UNIX_NANO = BigInt(Date.now()) * 1_000_000n;
const CONTEXT = { tenantId: 22, projectId: 7n, nowUnixNano: NOW_UNIX_NANO, limits: { retentionDays: 30 } };

const books = new Books('gob_cell_default', createRegistry('bench'));
const ledger = createLedger(createRegistry('bench'), books);
const silent = createLedger(createRegistry('bench'), { enter: () => undefined, limited: () => undefined });
const account = { ...CONTEXT, signal: 'traces', database: 'gob_cell_default', minute: 1 } as const;

/** Microseconds of processor time per call. */
function costUs(call: () => void): number {
  for (let warmUp = 0; warmUp < 1_000; warmUp++) call();
  const before = process.cpuUsage();
  let calls = 0;
  for (const endMs = performance.now() + SECONDS * 1000; performance.now() < endMs; ) {
    for (let index = 0; index < 100; index++) call();
    calls += 100;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** As an export that is accepted as a whole goes through the books. */
function enterAll(books: typeof ledger, body: Uint8Array, items: number): void {
  const parts = servicesOf(body);
  const of = (amount: { readonly items: number; readonly bytes: number }) =>
    shareOut(parts, amount, tracesSignal.itemPath);
  books.received(account, of({ items: 0, bytes: body.length }));
  const shares = of({ items, bytes: body.length });
  books.received(account, of({ items, bytes: 0 }));
  books.spooled(account, shares);
  books.unspooled(account, shares);
  books.stored(account, shares);
}

const table = EXPORT_SIZES.map((spans) => {
  const body = tracesPayload(spans, NOW_UNIX_NANO);
  const entered = costUs(() => enterAll(ledger, body, spans));
  const metricsOnly = costUs(() => enterAll(silent, body, spans));
  const transcoding = costUs(() => void tracesSignal.transcode(body, CONTEXT));
  const services = costUs(() => void servicesOf(body));
  const us = (value: number) => Number(value.toFixed(2));
  return {
    'spans an export': spans,
    'all entries, us': us(entered),
    'without the books, us': us(metricsOnly),
    'services, us': us(services),
    'transcoding, us': us(transcoding),
    'ledger over transcoding, %': Number(((100 * entered) / transcoding).toFixed(1)),
  };
});
books.take(() => true);
console.table(table);
