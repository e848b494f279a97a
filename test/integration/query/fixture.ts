import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'vitest';
import { Operator, type SelectionSchema } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { loadConfig } from '../../../lib/config/load.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { redisSettings } from '../../../lib/kv/redis/redis-settings.js';
import type { Principal } from '../../../lib/rpc/caller.js';
import { withAssertion } from '../../../lib/rpc/client.js';
import { migrate } from '../../../lib/store/migrate.js';
import { createStore } from '../../../lib/store/store.js';
import { createRegistry, type Registry } from '../../../lib/telemetry/metrics.js';
import type { QueryConfig } from '../../../services/query/config.js';
import { type QueryOverrides, startQueryService } from '../../../services/query/service.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { createTestSigner, type TestSigner, testPrincipal } from '../../_util/signing.js';

export const NANO_PER_SECOND = 1_000_000_000n;
export const DATABASE = 'gob_cell_default';

/** A stored span, with what a test does not say filled in. */
export interface TestSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startUnixNano: bigint;
  readonly durationNano?: bigint;
  readonly service?: string;
  readonly name?: string;
  readonly kind?: string;
  readonly status?: 'Unset' | 'Ok' | 'Error';
  readonly tenantId?: number;
  readonly projectId?: bigint;
  readonly database?: string;
  /** Further columns as SQL expressions. */
  readonly columns?: Readonly<Record<string, string>>;
}

export const TEST_QUERY_CONFIG: Omit<QueryConfig, 'clickhouseUrl'> = {
  queryAddress: ANY_PORT,
  gatekeeperUrl: 'http://127.0.0.1:9',
  clickhouseCluster: undefined,
  clickhouseServicesFile: undefined,
  clickhouseMaxConnections: 16,
  queryMaxExecutionMs: 20_000,
  queryMaxRowsToRead: 100_000_000,
  queryMaxBytesToRead: 10 ** 10,
  queryMaxMemoryBytes: 10 ** 9,
  queryMaxTraceSpans: 10_000,
  queryMaxConcurrentCalls: 16,
  queryPageTokenKey: 'the key of the page tokens of tests',
  queryTailMaxViewers: 20,
  queryTailOverlapMs: 120_000,
  ...loadConfig(redisSettings, { argv: [], env: {} }),
  queryMaxMetricSeries: 1_000,
  queryMaxMetricPoints: 200_000,
};

export interface StartedQuery {
  readonly url: string;
  readonly client: Client<typeof QueryService>;
  readonly registry: Registry;
  close(): Promise<void>;
}

export interface QueryBed {
  readonly clickhouse: EmbeddedClickHouse;
  readonly signer: TestSigner;
  readonly url: string;
  readonly client: Client<typeof QueryService>;
  /** Starts one more query service on the same engine. */
  start(config?: Partial<QueryConfig>, overrides?: QueryOverrides): Promise<StartedQuery>;
  /** Call options of a principal. */
  as(principal?: Partial<Principal>, signal?: AbortSignal): Promise<ReturnType<typeof withAssertion>>;
  /** Runs SQL and returns the answer's text. */
  sql(text: string): Promise<string>;
  insert(spans: readonly TestSpan[]): Promise<void>;
  close(): Promise<void>;
}

/** A bare client: no retries, errors as they come. */
export function connectQuery(url: string): Client<typeof QueryService> {
  return createClient(QueryService, createGrpcTransport({ baseUrl: url, readMaxBytes: 2 ** 26 }));
}

/** The embedded engine with a migrated cell, and a real query service over it. */
export async function startQueryBed(databases: readonly string[] = [DATABASE]): Promise<QueryBed> {
  const clickhouse = await startEmbeddedClickHouse();
  const signer = await createTestSigner();
  const { logger } = testServiceContext();
  const store = createStore({
    url: clickhouse.url,
    logger,
    registry: createRegistry('test'),
    application: 'test',
  });
  for (const database of databases) await migrate({ store, schema: 'cell', database, logger });
  await store.close();
  const closers: (() => Promise<void>)[] = [];
  const start: QueryBed['start'] = async (config = {}, overrides = {}) => {
    const context = testServiceContext();
    const service = await startQueryService(
      { ...TEST_QUERY_CONFIG, clickhouseUrl: clickhouse.url, ...config },
      context,
      { fetchKeys: signer.fetchKeys, ...overrides },
    );
    const close = async () => void (await service.close());
    closers.push(close);
    return { url: service.url, client: connectQuery(service.url), registry: context.registry, close };
  };
  const sql = sqlOf(clickhouse.url);
  const { url, client } = await start();
  return {
    clickhouse,
    signer,
    url,
    client,
    start,
    sql,
    as: async (principal, signal) =>
      withAssertion(await signer.sign(testPrincipal(principal), 'query'), signal),
    insert: (spans) => insertSpans({ sql }, spans),
    close: async () => {
      await Promise.all(closers.map((close) => close()));
      await clickhouse.close();
    },
  };
}

/** Runs SQL on an engine and returns the answer's text. */
export const sqlOf =
  (url: string): QueryBed['sql'] =>
  async (text) => {
    const response = await fetch(url, { method: 'POST', body: text });
    const answer = await response.text();
    if (!response.ok) throw new Error(answer);
    return answer.trim();
  };

/** Settings of an insert that stores its rows whatever was inserted before; the tables drop a block that they have seen. */
export const anew = (): string => `insert_deduplication_token = '${randomUUID()}'`;

/** One insert for each database and set of further columns, also of what is there already. */
export async function insertSpans({ sql }: Pick<QueryBed, 'sql'>, spans: readonly TestSpan[]): Promise<void> {
  const groups = new Map<string, TestSpan[]>();
  for (const span of spans) {
    const key = JSON.stringify([span.database, Object.keys(span.columns ?? {})]);
    groups.set(key, [...(groups.get(key) ?? []), span]);
  }
  for (const group of groups.values()) await sql(insertSql(group));
}

/** Spans of one database with the same further columns. */
function insertSql(spans: readonly TestSpan[]): string {
  const [first] = spans;
  const extra = Object.keys(first?.columns ?? {});
  const columns = [...BASE_COLUMNS, ...extra.map((name) => `\`${name}\``)].join(', ');
  const rows = spans.map(
    (span) => `(${[...baseValues(span), ...Object.values(span.columns ?? {})].join(', ')})`,
  );
  const table = `${first?.database ?? DATABASE}.spans`;
  return `INSERT INTO ${table} (${columns}) SETTINGS async_insert = 0, ${anew()} VALUES ${rows.join(',\n')}`;
}

const BASE_COLUMNS = [
  'TenantId',
  'ProjectId',
  'Timestamp',
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'ServiceName',
  'SpanName',
  'SpanKind',
  'DurationNs',
  'StatusCode',
];

function baseValues(span: TestSpan): string[] {
  return [
    String(span.tenantId ?? 1),
    String(span.projectId ?? 1n),
    `fromUnixTimestamp64Nano(${span.startUnixNano}, 'UTC')`,
    `unhex('${span.traceId}')`,
    `unhex('${span.spanId}')`,
    `unhex('${span.parentSpanId ?? '0000000000000000'}')`,
    quote(span.service ?? 'shop'),
    quote(span.name ?? 'GET /cart'),
    quote(span.kind ?? 'Server'),
    String(span.durationNano ?? 1_000_000n),
    quote(span.status ?? 'Unset'),
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A number as an id of so many hex digits. */
export function hexId(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

export const traceIdOf = (number: number): string => hexId(number + 0x1000, 32);
export const spanIdOf = (number: number): string => hexId(number + 0x1000, 16);
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** The error of a call, as a gateway sees it. */
export async function errorOf(call: Promise<unknown>): Promise<AppError> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown) => fromConnectError(thrown),
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/** A selection of spans by any of some services and any of some operations. */
export function selectionOf({ serviceNames = [], operations = [] }: NamesAsked): Selection {
  const filters = [...within('service', serviceNames), ...within('operation', operations)];
  return filters.length === 0 ? {} : { filter: { node: { case: 'all', value: { filters } } } };
}

interface NamesAsked {
  readonly serviceNames?: readonly string[];
  readonly operations?: readonly string[];
}

type Selection = MessageInitShape<typeof SelectionSchema>;

function within(name: string, texts: readonly string[]): NonNullable<Selection['filter']>[] {
  if (texts.length === 0) return [];
  const values = texts.map((value) => ({ kind: { case: 'text', value } as const }));
  const comparison = { field: { name }, operator: Operator.EQUAL, values };
  return [{ node: { case: 'comparison', value: comparison } }];
}
