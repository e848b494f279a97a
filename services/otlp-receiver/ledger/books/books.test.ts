import { describe, expect, it } from 'vitest';
import { Registry } from '../../../../lib/telemetry/metrics.js';
import { Books } from './books.js';

const account = { tenantId: 22, projectId: 7n, signal: 'traces', database: 'cell', minute: 100 } as const;
const share = (service: string, items = 1, bytes = 10) => ({ service, items, bytes });
const all = () => true;

function setUp() {
  const registry = new Registry();
  const books = new Books('operators', registry);
  const rowsIn = (table: string, isFree: (database: string) => boolean = all) =>
    books.take(isFree).filter((taken) => taken.table === table);
  return { registry, books, rowsIn };
}

describe('the books', () => {
  it('have one row per service, minute and reason, once', () => {
    const { books, rowsIn } = setUp();
    books.enter(account, 'received', [share('a', 3, 30), share('b')]);
    books.enter(account, 'received', [share('a', 1, 5)]);
    books.enter(account, 'stored', [share('a', 3, 25)]);
    books.enter(account, 'rejected', [share('a', 1, 10), share('b')], 'invalid_id');
    books.enter({ ...account, minute: 101 }, 'received', [share('a')]);
    const [taken] = rowsIn('ingest_ledger');
    const key = { TenantId: 22, ProjectId: '7', Signal: 'traces', Minute: 6_000 };
    const none = { ...key, Reason: '' };
    expect(taken).toEqual({
      database: 'cell',
      table: 'ingest_ledger',
      rows: [
        {
          ...{ ...none, ServiceName: 'a', ReceivedItems: 4, ReceivedBytes: 35 },
          ...{ StoredItems: 3, StoredBytes: 25 },
        },
        { ...none, ServiceName: 'b', ReceivedItems: 1, ReceivedBytes: 10 },
        {
          ...{ ...key, ServiceName: 'a', Reason: 'invalid_id' },
          ...{ RejectedItems: 1, RejectedBytes: 10, RejectedRequests: 1 },
        },
        { ...key, ServiceName: 'b', Reason: 'invalid_id', RejectedItems: 1, RejectedBytes: 10 },
        { ...none, Minute: 6_060, ServiceName: 'a', ReceivedItems: 1, ReceivedBytes: 10 },
      ],
    });
    expect(rowsIn('ingest_ledger')).toEqual([]);
  });

  it('keep what belongs into a database that is not free, and what belongs to nobody apart', () => {
    const { books, rowsIn } = setUp();
    books.enter(account, 'received', [share('a')]);
    books.enter({}, 'rejected', [share('', 0)], 'unauthenticated');
    const [operators, ...more] = rowsIn('ingest_ledger', (database) => database !== 'cell');
    expect([operators?.database, more]).toEqual(['operators', []]);
    expect(operators?.rows).toMatchObject([{ TenantId: 0, Signal: 'unknown', RejectedRequests: 1 }]);
    expect(rowsIn('ingest_ledger')).toMatchObject([{ database: 'cell' }]);
  });

  it('follow a tenant to the cell that it was admitted to last', () => {
    const { books, rowsIn } = setUp();
    books.enter(account, 'received', [share('a')]);
    books.enter({ ...account, database: 'new' }, 'received', [share('a')]);
    books.enter(account, 'stored', [share('a')]);
    expect(rowsIn('ingest_ledger').map(({ database }) => database)).toEqual(['new']);
  });

  it('are bounded in services and refusals of a tenant, and say so', async () => {
    const { books, registry } = setUp();
    const reject = { ...account, reason: 'r', detail: 'd', items: 1, bytes: 1 };
    for (let index = 0; index < 600; index++) {
      books.enter(account, 'received', [share(`s${index}`)]);
      books.refused({ ...reject, serviceName: `s${index}` });
    }
    const taken = books.take(all);
    const [ledger, rejects] = ['ingest_ledger', 'ingest_rejects'].map(
      (table) => taken.find((one) => one.table === table)?.rows,
    );
    expect(ledger?.length).toBe(501);
    expect(ledger?.at(-1)).toMatchObject({ ServiceName: '(other)', ReceivedItems: 100 });
    expect(rejects?.length).toBe(50);
    const metrics = await registry.metrics();
    expect(metrics).toContain('gob_receiver_ledger_dropped_total{book="rejects"} 550');
  });

  it('add equal refusals up and say what helps', () => {
    const { books, rowsIn } = setUp();
    const reject = { ...account, reason: 'rate_limited', limit: '10 bytes', measured: '20 bytes', items: 0 };
    books.refused({ ...reject, detail: 'first', bytes: 5 }, 1_000);
    books.refused({ ...reject, detail: 'second \ud800', bytes: 7 }, 2_000);
    const limited = {
      reason: 'series_cap',
      detail: 'm',
      limit: '1',
      measured: '2',
      remedy: 'less',
      items: 9,
    };
    books.limited({ ...account, ...limited });
    expect(rowsIn('ingest_rejects')[0]?.rows).toMatchObject([
      {
        ...{
          Reason: 'rate_limited',
          Detail: 'second \ufffd',
          LimitText: '10 bytes',
          MeasuredText: '20 bytes',
        },
        ...{ Requests: 2, Bytes: 12, IsStored: false, Remedy: expect.stringContaining('Send less') },
        ...{ FirstAt: '1970-01-01 00:00:01.000', LastAt: '1970-01-01 00:00:02.000' },
      },
      { Reason: 'series_cap', IsStored: true, Remedy: 'less', Items: 9 },
    ]);
  });
});
