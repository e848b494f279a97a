import { expect, it } from 'vitest';
import type { Delivery, Pipeline } from '../pipeline/pipeline.js';
import { RoutedPipeline } from './routed-pipeline.js';
import { Routes } from './routes.js';

const delivery = (tenantId: number, database: string): Delivery => ({
  ...{
    tenantId,
    database,
    projectId: 7n,
    minute: 0,
    signal: 'traces',
    shares: [],
    blocks: [],
    deadlineMs: 0,
  },
});

/** A pipeline whose writes end when they are told to. */
function slowPipeline() {
  const written: string[] = [];
  const endings: (() => void)[] = [];
  const inner: Pipeline = {
    keepsRefused: true,
    heldBytes: () => 0,
    write: ({ tenantId, database }) => {
      written.push(`${tenantId} ${database}`);
      return new Promise((resolve) => endings.push(resolve));
    },
    isPending: (_tenantId, database) => database === 'spooled',
    close: async () => {},
  };
  const endAll = () => {
    for (const end of endings.splice(0)) end();
  };
  return { inner, written, endAll };
}

it('turns a tenant to its new database, and nobody else', () => {
  const { inner, written } = slowPipeline();
  const routes = new Routes();
  const pipeline = new RoutedPipeline(inner, routes);
  void pipeline.write(delivery(22, 'old'));
  routes.replace([{ tenantId: 22, fromDatabase: 'old', toDatabase: 'new', token: 1n }]);
  void pipeline.write(delivery(22, 'old'));
  void pipeline.write(delivery(33, 'old'));
  // Admitted after the switch, or for a cell that the tenant was in before.
  void pipeline.write(delivery(22, 'new'));
  void pipeline.write(delivery(22, 'other'));
  expect(written).toEqual(['22 old', '22 new', '33 old', '22 new', '22 other']);
});

it('has rows on their way for as long as a write of them runs, and as the pipeline behind it says', async () => {
  const { inner, endAll } = slowPipeline();
  const pipeline = new RoutedPipeline(inner, new Routes());
  const writes = [pipeline.write(delivery(22, 'old')), pipeline.write(delivery(22, 'old'))];
  expect(pipeline.isPending(22, 'old')).toBe(true);
  expect([pipeline.isPending(22, 'new'), pipeline.isPending(33, 'old')]).toEqual([false, false]);
  endAll();
  await Promise.all(writes);
  expect(pipeline.isPending(22, 'old')).toBe(false);
  expect(pipeline.isPending(22, 'spooled')).toBe(true);
});
