import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { Counter, Registry } from '../../../lib/telemetry/metrics.js';
import { AuditLog, type AuditRow } from './audit-log.js';
import { KnownAddresses, networkOf } from './known-addresses.js';

let lines: Record<string, unknown>[];
let audit: AuditLog;
const denial: AuditRow = { event: 'denied', outcome: 'refused', via: 'admit', code: 'unauthenticated' };
const logger = () =>
  pino(
    new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(JSON.parse(String(chunk)));
        done();
      },
    }),
  );

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const labelNames = ['event', 'outcome'] as const;
  audit = new AuditLog({
    logger: logger(),
    rows: new Counter({ name: 'rows', help: 'rows', labelNames, registers: [new Registry()] }),
  });
});
afterEach(() => {
  audit.close();
  vi.useRealTimers();
});

it('writes a row once and says after a minute how often it came again', async () => {
  for (let time = 0; time < 50; time++)
    audit.record({ ...denial, address: '10.0.0.1', reason: `used ${time} bytes` });
  expect(lines).toMatchObject([
    { audit: true, event: 'denied', address: '10.0.0.1', reason: 'used 0 bytes' },
  ]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lines[1]).toMatchObject({ audit: true, event: 'denied', times: 49 });
  audit.record({ ...denial, address: '10.0.0.1' });
  expect(lines.length).toBe(3);
});

it('writes a bounded number of rows, whoever causes them, and says how many it left out', async () => {
  for (let index = 0; index < 3_000; index++) audit.record({ ...denial, address: `host-${index}` });
  expect(lines.length).toBe(1_000);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lines.at(-1)).toMatchObject({ audit: true, rows: 2_000 });
});

it('notes an address once per identity, subscribers of IPv6 by their network', async () => {
  const kv = new MemoryKv();
  const seen: string[] = [];
  const options = {
    kv,
    logger: logger(),
    onNew: (_identity: unknown, address: string) => seen.push(address),
  };
  const identity = { name: 'shop', kind: 'token', scopes: [], coverage: { tenantId: 22 } } as const;
  const [one, other] = [new KnownAddresses(options), new KnownAddresses(options)];
  for (const addresses of [one, other])
    for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '2001:db8::2', '', 'x'])
      addresses.note(identity, address);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual(['10.0.0.1', '2001:db8:0:0::/64']);
  await kv.close();
});

it.each([
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['evil\n', ''],
])('%j lies in %s', (address, network) => expect(networkOf(address)).toBe(network));
