import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Registry } from '../../../lib/telemetry/metrics.js';
import { TenantPipelines } from './tenant-pipelines.js';

const IDLE_MS = 1_000;
const shop = { tenantId: 22, projectId: 7n };
const pay = { tenantId: 22, projectId: 8n };

function start() {
  const held = new Map<number, number>();
  const closed: number[] = [];
  const registry = new Registry();
  const pipelines = new TenantPipelines({
    idleMs: IDLE_MS,
    heldBytes: (tenantId) => held.get(tenantId) ?? 0,
    onClosed: (tenantId) => closed.push(tenantId),
    registry,
    logger: pino({ level: 'silent' }),
  });
  return { pipelines, held, closed, registry };
}

it('closes a quiet pipeline, but not before everything it took is stored', () => {
  const { pipelines, held, closed } = start();
  pipelines.used(shop, 0);
  pipelines.used({ tenantId: 23, projectId: 9n }, 0);
  held.set(22, 1);
  pipelines.sweep(IDLE_MS - 1);
  expect(closed).toEqual([]);
  pipelines.sweep(IDLE_MS);
  expect(closed).toEqual([23]);
  held.delete(22);
  pipelines.sweep(IDLE_MS);
  expect(closed).toEqual([23, 22]);
  pipelines.close();
});

it('drains when the last project is refused, closes when it is empty, and opens again with the next export', async () => {
  const { pipelines, held, closed, registry } = start();
  for (const sender of [shop, pay]) pipelines.used(sender, 0);
  held.set(22, 500);
  pipelines.refused(shop);
  expect(pipelines.state(22)).toBe('open');
  pipelines.refused(pay);
  expect(pipelines.state(22)).toBe('draining');
  pipelines.sweep(1);
  expect(closed).toEqual([]);
  expect(await registry.metrics()).toContain('gob_receiver_pipelines{state="draining"} 1');
  held.delete(22);
  pipelines.sweep(2);
  expect(closed).toEqual([22]);
  expect(pipelines.state(22)).toBe('closed');
  expect(await registry.metrics()).toContain('gob_receiver_pipelines_closed_total{reason="refused"} 1');
  pipelines.used(shop, 3);
  expect(pipelines.state(22)).toBe('open');
  pipelines.refused({ tenantId: 99, projectId: 1n });
  pipelines.close();
});
