import { pino } from 'pino';
import { Readiness } from '../../lib/health/readiness.js';
import type { ServiceContext } from '../../lib/lifecycle/service-main.js';
import { Registry } from '../../lib/telemetry/metrics.js';

/** What a process gives a service, silent. Set TEST_LOG_LEVEL to see its log. */
export function testServiceContext(): ServiceContext & { readonly readiness: Readiness } {
  const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }, pino.destination(2));
  return { logger, registry: new Registry(), readiness: new Readiness() };
}

export const ANY_PORT = { host: '127.0.0.1', port: 0 } as const;
