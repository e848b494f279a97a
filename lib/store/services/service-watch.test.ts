import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Readiness } from '../../health/readiness.js';
import { Registry } from '../../telemetry/metrics.js';
import { ServiceWatch } from './service-watch.js';

it('is not ready only while no service answers, and names what is degraded', async () => {
  const readiness = new Readiness();
  const away = new Set(['eu2']);
  let names = ['default', 'eu2', 'us1'];
  const ping = async (_signal: AbortSignal, service: string) => {
    if (away.has(service)) throw new Error('ECONNREFUSED');
  };
  const registry = new Registry();
  const services = {
    get names() {
      return names;
    },
  };
  const logger = pino({ level: 'silent' });
  const watch = new ServiceWatch({ services, ping, readiness, logger, registry });
  watch.tellDefault('it is away');
  expect(readiness.blockers).toEqual({ clickhouse: 'it is away' });
  await expect.poll(() => readiness.isReady).toBe(true);
  expect(Object.keys(readiness.concerns).sort()).toEqual(['clickhouse default', 'clickhouse eu2']);
  expect(await registry.metrics()).toMatch(/up\{service="default"\} 0[\s\S]*up\{service="us1"\} 1/);

  watch.tellDefault('');
  expect(Object.keys(readiness.concerns)).toEqual(['clickhouse eu2']);
  names = ['default', 'us1'];
  away.add('us1');
  await expect.poll(() => Object.keys(readiness.concerns), { timeout: 8_000 }).toEqual(['clickhouse us1']);
  expect(await registry.metrics()).not.toContain('eu2');
  watch.tellDefault('it is away');
  expect([readiness.isReady, readiness.blockers]).toEqual([false, { clickhouse: 'it is away' }]);
  await watch.close();
}, 20_000);
