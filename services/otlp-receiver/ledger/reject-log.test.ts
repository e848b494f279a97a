import { expect, it } from 'vitest';
import type { NewReject } from './books/reject-book.js';
import { RejectLog } from './reject-log.js';

const reject = (overrides: Partial<NewReject> = {}): NewReject => ({
  tenantId: 22,
  projectId: 7n,
  database: 'd',
  signal: 'traces',
  reason: 'time_out_of_range',
  detail: 'too old',
  limit: undefined,
  measured: undefined,
  serviceName: 'shop',
  userAgent: 'OTel-OTLP-Exporter-Python/1.30',
  items: 3,
  bytes: 10,
  ...overrides,
});

it('counts equal rejects as one, the latest first, each tenant by itself', () => {
  const log = new RejectLog();
  log.record(reject(), 1_000);
  log.record(reject({ serviceName: 'pay', items: 1 }), 2_000);
  log.record(reject({ detail: 'older still' }), 3_000);
  log.record(reject({ tenantId: 33 }), 4_000);
  expect(log.last(22)).toEqual([
    {
      ...reject({ detail: 'older still' }),
      items: 6,
      bytes: 20,
      requests: 2,
      firstUnixMs: 1_000,
      lastUnixMs: 3_000,
    },
    { ...reject({ serviceName: 'pay' }), items: 1, requests: 1, firstUnixMs: 2_000, lastUnixMs: 2_000 },
  ]);
  expect(log.last(33).length).toBe(1);
  expect(log.last(44)).toEqual([]);
});

it('is bounded in entries, tenants and text', () => {
  const log = new RejectLog();
  for (let index = 0; index < 200; index++) log.record(reject({ serviceName: `s${index}` }));
  expect(log.last(22).length).toBe(50);
  expect(log.last(22)[0]?.serviceName).toBe('s199');
  for (let tenantId = 100; tenantId < 1_200; tenantId++) log.record(reject({ tenantId }));
  expect(log.last(22)).toEqual([]);
  log.record(reject({ detail: 'x'.repeat(10_000) }));
  expect(log.last(22)[0]?.detail.length).toBe(300);
});
