import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { Counter, Registry } from '../../../lib/telemetry/metrics.js';
import { testServiceContext } from '../../../test/_util/service-context.js';
import { type LimitHit, LimitHits } from './limit-hits.js';

const hit = {
  tenantId: 22,
  projectId: '7',
  signal: 'traces' as const,
  limit: 'l',
  measured: 'm',
  message: 't',
};
let nowMs = 60_000_000;
let kv: MemoryKv;
let first: LimitHit[];
const opened: LimitHits[] = [];

function open(): LimitHits {
  const hits = new Counter({
    name: 'h',
    help: 'h',
    labelNames: ['signal'] as const,
    registers: [new Registry()],
  });
  const { logger } = testServiceContext();
  const made = new LimitHits({ kv, hits, logger, onFirst: (entry) => first.push(entry), nowMs: () => nowMs });
  opened.push(made);
  return made;
}

beforeEach(() => {
  kv = new MemoryKv(() => nowMs);
  first = [];
});
afterEach(async () => {
  for (const made of opened.splice(0)) await made.close();
  await kv.close();
});

it('keeps one entry per minute, project and signal, the latest first, each tenant by itself', async () => {
  const hits = open();
  hits.record(hit);
  hits.record(hit, 4);
  hits.addMore({ tenantId: 22, projectId: '7', signal: 'traces' }, 10);
  nowMs += 60_000;
  hits.record({ ...hit, message: 'later' });
  hits.record({ ...hit, tenantId: 33 });
  const listed = await hits.list(22);
  expect(listed.map(({ message, count }) => [message, count])).toEqual([
    ['later', 1],
    ['t', 15],
  ]);
  expect(first.length).toBe(3);
});

it('leaves ended minutes to all replicas', async () => {
  const hits = open();
  // A refusal as leases know it: not all of it is JSON.
  const refusal = { ...hit, retryAfterMs: 5n, availableBytes: 0n };
  hits.record(refusal);
  await hits.close();
  expect((await open().list(22)).map(({ count }) => count)).toEqual([1]);
});

it('is bounded per tenant', async () => {
  const hits = open();
  for (let project = 0; project < 300; project++) hits.record({ ...hit, projectId: String(project) });
  await hits.close();
  expect((await open().list(22)).length).toBe(200);
});
