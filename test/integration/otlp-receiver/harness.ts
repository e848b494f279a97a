import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type AdmitRequest,
  GatekeeperService,
  IngestLimitsSchema,
} from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { RateLimitService } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { RoomService } from '../../../gen/es/gob/gatekeeper/v1/room_pb.js';
import { type TenantLimits, TenantLimitsSchema } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { loadConfig } from '../../../lib/config/load.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { startRpcServer } from '../../../lib/rpc/server.js';
import { migrate } from '../../../lib/store/migrate.js';
import { createStore, type Store } from '../../../lib/store/store.js';
import { Counter } from '../../../lib/telemetry/metrics.js';
import { Rooms } from '../../../services/gatekeeper/rooms/rooms.js';
import { takeRoom } from '../../../services/gatekeeper/rpc/take-room.js';
import type { CardinalityLimits } from '../../../services/otlp-receiver/admission/admission.js';
import { type OtlpReceiverConfig, otlpReceiverSettings } from '../../../services/otlp-receiver/config.js';
import {
  type OtlpReceiver,
  type OtlpReceiverOverrides,
  startOtlpReceiver,
} from '../../../services/otlp-receiver/service.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { TEST_TOKEN } from './clients.js';

export const TENANT_ID = 22;
export const PROJECT_ID = 7n;
export const DATABASE = 'gob_cell_default';

type Admit = ServiceImpl<typeof GatekeeperService>['admit'];
type Answer = Awaited<ReturnType<Admit>>;

export interface TestGatekeeper {
  readonly url: string;
  /** What receivers asked, in order. */
  readonly asked: AdmitRequest[];
  /** Replaces how requests are answered. */
  answerWith(answer: (request: AdmitRequest) => Answer | Promise<Answer>): void;
  close(): Promise<void>;
}

export function admission(
  overrides: Partial<{
    tenantId: number;
    projectId: bigint;
    validMs: number;
    maxRequestBytes: bigint;
    retentionDays: number;
    cardinality: CardinalityLimits;
  }> = {},
): Answer {
  return {
    tenantId: overrides.tenantId ?? TENANT_ID,
    projectId: overrides.projectId ?? PROJECT_ID,
    principal: 'shop-ingest',
    database: DATABASE,
    limits: {
      maxRequestBytes: overrides.maxRequestBytes ?? BigInt(16 * 2 ** 20),
      retentionDays: overrides.retentionDays ?? 30,
      ...(overrides.cardinality && toBigInts(overrides.cardinality)),
    },
    validUntil: timestampFromMs(Date.now() + (overrides.validMs ?? 1_000)),
    lease: {
      bytes: 2n ** 40n,
      items: 2n ** 40n,
      // An answer that must be asked for anew each time still comes with bytes to spend.
      validMs: Math.max(overrides.validMs ?? 0, 1_000),
      window: { index: 1n, lengthMs: 10_000 },
    },
  };
}

function toBigInts(limits: CardinalityLimits) {
  return {
    maxMetricSeries: BigInt(limits.maxMetricSeries),
    maxAttributeKeys: BigInt(limits.maxAttributeKeys),
    maxAttributeValuesPerKey: BigInt(limits.maxAttributeValuesPerKey),
  };
}

function answerKnownToken(request: AdmitRequest): Answer {
  const form = request.credential?.form;
  if (form?.case === 'token' && form.value === TEST_TOKEN) return admission();
  throw new AppError('unauthenticated', 'The token is not known.');
}

const roomClaims = new Counter({
  name: 'room_claims',
  help: 'Claims.',
  labelNames: ['outcome'],
  registers: [],
});

function capsOf({ limits }: Answer): MessageInitShape<typeof TenantLimitsSchema> {
  const { maxMetricSeries, maxAttributeKeys, maxAttributeValuesPerKey } = create(IngestLimitsSchema, limits);
  return { maxMetricSeries, maxAttributeKeys, maxAttributeValuesPerKey };
}

/** A gatekeeper that speaks the contract over the wire and remembers what it was asked. */
export async function startTestGatekeeper(): Promise<TestGatekeeper> {
  const asked: AdmitRequest[] = [];
  let answer: (request: AdmitRequest) => Answer | Promise<Answer> = answerKnownToken;
  const admit: Admit = async (request) => {
    asked.push(request);
    const answered = await answer(request);
    limits.set(answered.tenantId ?? 0, create(TenantLimitsSchema, capsOf(answered)));
    return answered;
  };
  const { logger, registry } = testServiceContext();
  const limits = new Map<number, TenantLimits>();
  const rooms = new Rooms({ shared: new MemoryKv(), replicas: 1, claims: roomClaims });
  const room = takeRoom({
    directory: { findTenant: (tenantId: number) => ({ limits: limits.get(tenantId) }) },
    leaseSeals: { isKnown: () => true },
    rooms,
  } as unknown as Parameters<typeof takeRoom>[0]);
  const server = await startRpcServer({
    address: ANY_PORT,
    purpose: 'test gatekeeper',
    routes: (router) =>
      void router
        .service(GatekeeperService, { admit })
        .service(RateLimitService, { returnLeases: () => ({}) })
        .service(RoomService, { takeRoom: room }),
    logger,
    registry,
    verifyAssertion: undefined,
  });
  return {
    url: server.url,
    asked,
    answerWith: (next) => {
      answer = next;
    },
    close: () => server.close(),
  };
}

export interface TestReceiver extends OtlpReceiver {
  readonly context: ReturnType<typeof testServiceContext>;
}

export async function startTestReceiver(
  settings: Partial<OtlpReceiverConfig>,
  overrides: OtlpReceiverOverrides = {},
): Promise<TestReceiver> {
  const context = testServiceContext();
  const defaults = loadConfig(otlpReceiverSettings, { argv: [], env: {} });
  const config = { ...defaults, otlpGrpcAddress: ANY_PORT, otlpHttpAddress: ANY_PORT, ...settings };
  return { ...(await startOtlpReceiver(config, context, overrides)), context };
}

/** Polls until the check gives something; the test's own timeout bounds it. */
export async function eventually<T>(check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface TestStack {
  readonly clickhouse: EmbeddedClickHouse;
  readonly store: Store;
  readonly gatekeeper: TestGatekeeper;
  readonly receiver: TestReceiver;
  /** Rows of `spans` with this trace id, oldest first. */
  rowsOf(traceId: Uint8Array, columns?: string): Promise<readonly Record<string, unknown>[]>;
  countOf(traceId: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** A receiver with a real engine, migrated, and a test gatekeeper. */
export async function startTestStack(settings: Partial<OtlpReceiverConfig> = {}): Promise<TestStack> {
  const { logger, registry } = testServiceContext();
  const [clickhouse, gatekeeper] = await Promise.all([startEmbeddedClickHouse(), startTestGatekeeper()]);
  const store = createStore({ url: clickhouse.url, logger, registry, application: 'test' });
  await migrate({ store, schema: 'cell', database: DATABASE, logger });
  const urls = { clickhouseUrl: clickhouse.url, gatekeeperUrl: gatekeeper.url };
  const receiver = await startTestReceiver({ ...urls, ...settings });
  const rowsOf = async (traceId: Uint8Array, columns = '*') => {
    const sql = `SELECT ${columns} FROM ${DATABASE}.spans WHERE TraceId = unhex({id:String}) ORDER BY Timestamp, SpanId`;
    const params = { id: Buffer.from(traceId).toString('hex') };
    return (await store.query<Record<string, unknown>>({ name: 'test', sql }, params)).rows;
  };
  return {
    clickhouse,
    store,
    gatekeeper,
    receiver,
    rowsOf,
    countOf: async (traceId) => (await rowsOf(traceId, 'SpanName')).length,
    close: async () => {
      await receiver.close();
      await store.close();
      await Promise.all([gatekeeper.close(), clickhouse.close()]);
    },
  };
}
