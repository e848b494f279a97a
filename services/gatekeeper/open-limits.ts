import type { Kv } from '../../lib/kv/kv.js';
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../lib/telemetry/logger.js';
import { Counter, Gauge, type Registry } from '../../lib/telemetry/metrics.js';
import { AuditLog } from './audit/audit-log.js';
import { KnownAddresses } from './audit/known-addresses.js';
import type { GatekeeperConfig } from './config.js';
import type { GatekeeperContext } from './context.js';
import type { SigningKeys } from './keys/signing-keys.js';
import { LeaseSeals } from './rate-limit/lease-seals.js';
import { LimitHits } from './rate-limit/limit-hits.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import { Windows } from './rate-limit/windows.js';
import { Rooms } from './rooms/rooms.js';

interface Process {
  readonly keys: Pick<SigningKeys, 'sealSecret'>;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
}

type Limits = Pick<
  GatekeeperContext,
  'rateLimiter' | 'leaseSeals' | 'limitHits' | 'rooms' | 'audit' | 'addresses'
>;

/** How much callers may do, and the record of what they did. */
export function openLimits(config: GatekeeperConfig, kv: Kv, process: Process): Limits {
  const { keys, logger, registry, lifecycle } = process;
  const audit = lifecycle.add('audit log', new AuditLog({ logger, rows: auditCounter(registry) }));
  const local = localGauge(registry);
  const onLocal = (isLocal: boolean) => local.set(isLocal ? 1 : 0);
  const windows = lifecycle.add(
    'rate windows',
    new Windows({ shared: kv, logger, replicas: config.gatekeeperReplicas, onLocal }),
  );
  const rateLimiter = new RateLimiter({ windows, signalPercent: config.rateLimitSignalPercent });
  const limitHits = new LimitHits({
    kv,
    logger,
    hits: hitCounter(registry),
    onFirst: ({ tenantId, projectId, message, signal }) =>
      audit.record({
        event: 'rate_limited',
        outcome: 'refused',
        via: signal,
        tenantId,
        projectId,
        code: 'rate_limited',
        reason: message,
      }),
  });
  const addresses = new KnownAddresses({
    kv,
    logger,
    onNew: ({ name: principal }, address) =>
      audit.record({ event: 'new_address', outcome: 'granted', via: 'credential', principal, address }),
  });
  const leaseSeals = new LeaseSeals({ keys, kv });
  const claims = claimCounter(registry);
  const rooms = lifecycle.add(
    'rooms',
    new Rooms({ shared: kv, replicas: config.gatekeeperReplicas, claims }),
  );
  lifecycle.add('limit hits', limitHits);
  return { audit, rateLimiter, leaseSeals, limitHits, rooms, addresses };
}

function localGauge(registry: Registry): Gauge {
  return new Gauge({
    name: 'gob_gatekeeper_rate_limit_local',
    help: '1 while the shared windows are away and this replica enforces its share of each limit by itself.',
    registers: [registry],
  });
}

function hitCounter(registry: Registry): Counter<'signal'> {
  return new Counter({
    name: 'gob_gatekeeper_limit_hits_total',
    help: 'Export requests that were refused for their rate, those included that receivers refused by themselves.',
    labelNames: ['signal'] as const,
    registers: [registry],
  });
}

function claimCounter(registry: Registry): Counter<'outcome'> {
  return new Counter({
    name: 'gob_gatekeeper_room_claims_total',
    help: 'Claims of receivers on room under caps, by outcome: granted, short (less than what waited for it); local counts besides those that were booked by this replica alone.',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
}

function auditCounter(registry: Registry): Counter<'event' | 'outcome'> {
  return new Counter({
    name: 'gob_gatekeeper_audit_rows_total',
    help: 'Rows of the audit log, those included that were counted into another one.',
    labelNames: ['event', 'outcome'] as const,
    registers: [registry],
  });
}
