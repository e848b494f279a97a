import { randomBytes } from 'node:crypto';
import type { ConnectRouter } from '@connectrpc/connect';
import { IngestQueryService } from '../../gen/es/gob/query/v1/ingest_pb.js';
import { LogQueryService } from '../../gen/es/gob/query/v1/logs_pb.js';
import { MetricQueryService } from '../../gen/es/gob/query/v1/metrics_pb.js';
import { QueryService } from '../../gen/es/gob/query/v1/query_pb.js';
import { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import type { RunningService, ServiceContext } from '../../lib/lifecycle/service-main.js';
import { createAssertionVerifier } from '../../lib/rpc/assertion.js';
import { createGatekeeperKeys } from '../../lib/rpc/gatekeeper-keys.js';
import { startRpcServer } from '../../lib/rpc/server.js';
import { openStore } from '../../lib/store/services/open-store.js';
import { TenantSlots } from './budget/tenant-slots.js';
import { watchClickHouse } from './clickhouse/watch-clickhouse.js';
import type { QueryConfig } from './config.js';
import { TailHub } from './logs/tail/tail-hub.js';
import { queryCalls } from './rpc/index.js';
import { ingestCalls } from './rpc/ingest/index.js';
import { logCalls } from './rpc/logs/index.js';
import { metricCalls } from './rpc/metrics/index.js';

export interface QueryOverrides {
  /** Where the gatekeeper's public keys (JWKS document) come from. Default: the gatekeeper. */
  readonly fetchKeys?: () => Promise<string>;
  /** Unix milliseconds. Default: the system's clock. */
  readonly nowMs?: () => number;
  /** How long one stream of a live tail lasts. Default 30 s. */
  readonly tailLeaseMs?: number;
}

/** Longest deadline that a caller may set. What bounds a call is its tenant's budget; a gateway may be told to wait longer. */
const MAX_CALL_MS = 3_600_000;

/** The audience that assertions for this service are made for. */
export const QUERY_AUDIENCE = 'query';

/** Starts query. Its contract is served at once; while ClickHouse is away, calls are `unavailable` and /ready says no. */
export async function startQueryService(
  config: QueryConfig,
  { logger, registry, readiness }: ServiceContext,
  overrides: QueryOverrides = {},
): Promise<RunningService> {
  const lifecycle = new Lifecycle(logger);
  const { store, watch } = await openStore({
    ...{ config, context: { logger, registry, readiness }, lifecycle, application: 'query' },
  });
  const keys = lifecycle.add('gatekeeper keys', createGatekeeperKeys(config.gatekeeperUrl));
  const context = {
    store,
    budget: config,
    slots: new TenantSlots(),
    pageTokenKey: config.queryPageTokenKey ? Buffer.from(config.queryPageTokenKey) : randomBytes(32),
    nowMs: overrides.nowMs ?? Date.now,
  };
  const tail = new TailHub({ context, config, logger, registry, leaseMs: overrides.tailLeaseMs });
  const rpc = await startRpcServer({
    address: config.queryAddress,
    purpose: 'query (QUERY_ADDRESS)',
    routes: (router: ConnectRouter) => {
      router.service(QueryService, queryCalls(context));
      router.service(LogQueryService, logCalls(context, tail));
      router.service(MetricQueryService, metricCalls(context));
      router.service(IngestQueryService, ingestCalls(context));
    },
    logger,
    registry,
    maxTimeoutMs: MAX_CALL_MS,
    verifyAssertion: createAssertionVerifier(QUERY_AUDIENCE, overrides.fetchKeys ?? keys.fetch),
  });
  lifecycle.add('rpc server', rpc);
  // Closed before the server, which waits for its calls.
  lifecycle.add('live tails', tail);
  lifecycle.add('clickhouse watch', watchClickHouse({ ping: (signal) => store.ping(signal), watch, logger }));
  return { url: rpc.url, close: async () => void (await lifecycle.close()) };
}
