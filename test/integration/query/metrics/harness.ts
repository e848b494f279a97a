import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import {
  AttributeOperator,
  type MetricFunction,
  type MetricLine,
  type MetricPoint,
  MetricQueryService,
  MetricType,
} from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { ExportMetricsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { createStore } from '../../../../lib/store/store.js';
import { createRegistry } from '../../../../lib/telemetry/metrics.js';
import { DerivedRows } from '../../../../services/otlp-receiver/derived/derived-rows.js';
import { metricsSignal } from '../../../../services/otlp-receiver/signals/metrics.js';
import { testServiceContext } from '../../../_util/service-context.js';
import { DATABASE, NANO_PER_SECOND, type QueryBed, startQueryBed } from '../fixture.js';

type Fields = Parameters<typeof ExportMetricsServiceRequest.fromPartial>[0];
export type MetricFields = NonNullable<
  NonNullable<NonNullable<NonNullable<Fields['resourceMetrics']>[number]['scopeMetrics']>[number]['metrics']>
>[number];

export const MINUTE = 60n * NANO_PER_SECOND;
export const HOUR = 60n * MINUTE;
/** Noon of yesterday. */
export const NOON = (BigInt(Date.now()) / 86_400_000n) * 24n * HOUR - 12n * HOUR;

export interface Owner {
  readonly tenantId?: number;
  readonly projectId?: bigint;
  readonly database?: string;
  /** Attributes of the resource besides its service. */
  readonly resource?: Readonly<Record<string, string>>;
  /** Cap on the tenant's series of a day. Default: none. */
  readonly maxSeries?: number;
}

const CATALOGUE_CAPS = { maxAttributeKeys: 500, maxAttributeValuesPerKey: 500 };

export interface MetricsBed extends QueryBed {
  readonly metrics: Client<typeof MetricQueryService>;
  /** Stores metrics as the receiver does. */
  ingest(metrics: readonly MetricFields[], owner?: Owner): Promise<void>;
}

export function connectMetrics(url: string): Client<typeof MetricQueryService> {
  return createClient(MetricQueryService, createGrpcTransport({ baseUrl: url, readMaxBytes: 2 ** 26 }));
}

export async function startMetricsBed(databases?: readonly string[]): Promise<MetricsBed> {
  const bed = await startQueryBed(databases);
  const ingest = await createIngest(bed);
  return {
    ...bed,
    metrics: connectMetrics(bed.url),
    ...ingest,
    close: async () => void (await Promise.all([bed.close(), ingest.stop()])),
  };
}

/** The receiver's transcoder in front of a store. */
export async function createIngest(bed: {
  readonly clickhouse: { readonly url: string };
}): Promise<Pick<MetricsBed, 'ingest'> & { stop(): Promise<void> }> {
  const store = createStore({
    url: bed.clickhouse.url,
    logger: testServiceContext().logger,
    registry: createRegistry('test'),
    application: 'test',
  });
  const derived = new DerivedRows();
  // Tables drop a block whose token they have seen.
  const run = randomUUID();
  let batches = 0;
  const ingest: MetricsBed['ingest'] = async (metrics, owner = {}) => {
    const { tenantId = 1, projectId = 1n, database = DATABASE, resource = {} } = owner;
    const { maxSeries: maxMetricSeries } = owner;
    const cardinality = maxMetricSeries === undefined ? undefined : { ...CATALOGUE_CAPS, maxMetricSeries };
    const delivery = derived.open({ tenantId, projectId, database, signal: 'metrics', cardinality });
    const { blocks, firstRejection } = metricsSignal.transcode(encode(metrics, resource), {
      tenantId,
      projectId,
      nowUnixNano: BigInt(Date.now()) * 1_000_000n,
      limits: { retentionDays: 30 },
      sightings: delivery,
    });
    if (firstRejection !== undefined) throw new Error(firstRejection);
    for (const { table, columns, bytes } of [...blocks, ...delivery.blocks()])
      await store.insertNative({
        database,
        table,
        columns,
        blocks: [bytes],
        deduplicationToken: `${run}-${batches++}`,
      });
    delivery.stored();
  };
  return { ingest, stop: () => store.close() };
}

function encode(metrics: readonly MetricFields[], resource: Readonly<Record<string, string>>): Uint8Array {
  const request: Fields = {
    resourceMetrics: [
      {
        resource: { attributes: attributes({ 'service.name': 'shop', ...resource }) },
        scopeMetrics: [{ scope: { name: 'meter', version: '1' }, metrics: [...metrics] }],
      },
    ],
  };
  return ExportMetricsServiceRequest.encode(ExportMetricsServiceRequest.fromPartial(request)).finish();
}

export function attributes(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

export const DELTA = 1;
export const CUMULATIVE = 2;

/** A point: seconds after noon, its value, and what else there is to say. */
export interface TestPoint {
  readonly at: number;
  /** A bigint is stored as an integer, undefined as a gap. */
  readonly value: number | bigint | undefined;
  /** Seconds after noon. Default: a day before noon. */
  readonly began?: number | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  readonly traceIds?: readonly string[];
}

const DAY_SECONDS = 86_400;
export const timeOf = (seconds: number): bigint => NOON + BigInt(Math.round(seconds * 1000)) * 1_000_000n;

export function numberPoints(points: readonly TestPoint[]) {
  return points.map(({ at, value, began = -DAY_SECONDS, labels = {}, traceIds = [] }) => ({
    timeUnixNano: timeOf(at),
    startTimeUnixNano: timeOf(began),
    attributes: attributes(labels),
    ...(typeof value === 'bigint'
      ? { asInt: value }
      : value === undefined
        ? { flags: 1 }
        : { asDouble: value }),
    exemplars: traceIds.map((traceId) => ({
      timeUnixNano: timeOf(at - 1),
      asDouble: 1,
      traceId: Buffer.from(traceId, 'hex'),
      spanId: Buffer.alloc(8, 0xcd),
    })),
  }));
}

export function counter(
  name: string,
  points: readonly TestPoint[],
  aggregationTemporality = CUMULATIVE,
): MetricFields {
  return {
    name,
    unit: '1',
    sum: { isMonotonic: true, aggregationTemporality, dataPoints: numberPoints(points) },
  };
}

export function gauge(name: string, points: readonly TestPoint[]): MetricFields {
  return { name, gauge: { dataPoints: numberPoints(points) } };
}

export interface Asked {
  readonly name: string;
  readonly type?: MetricType;
  /** Seconds after noon, both included. Default: an hour from noon. */
  readonly range?: readonly [start: number, end: number];
  /** Seconds. */
  readonly step?: number;
  readonly keys?: readonly string[];
  readonly fn?: MetricFunction;
  /** `key op value` with op of = != =~ !~. */
  readonly filters?: readonly string[];
  readonly counter?: number;
}

export function selectionOf({ name, type = MetricType.SUM, range = [0, 3600], filters = [] }: Asked) {
  return {
    name,
    type,
    filters: filters.map(toFilter),
    range: { startUnixNano: timeOf(range[0]), endUnixNano: timeOf(range[1]) },
  };
}

const OPERATORS: Readonly<Record<string, AttributeOperator>> = {
  '=': AttributeOperator.EQUAL,
  '!=': AttributeOperator.NOT_EQUAL,
  '=~': AttributeOperator.MATCH,
  '!~': AttributeOperator.NOT_MATCH,
};

function toFilter(text: string) {
  const [, key = '', operator = '', value = ''] = /^(\S+) (\S+) (.*)$/s.exec(text) ?? [];
  return { key, operator: OPERATORS[operator] ?? AttributeOperator.UNSPECIFIED, value };
}

export function requestOf(asked: Asked) {
  return {
    selection: selectionOf(asked),
    grouping: { keys: [...(asked.keys ?? [])], function: asked.fn ?? 0 },
    stepMs: BigInt((asked.step ?? 0) * 1000),
    counter: asked.counter ?? 0,
  };
}

/** Seconds after noon with the value: text for integers, a number for doubles. */
export function valuesOf(line: MetricLine | undefined): [number, string | number | undefined][] {
  return (line?.points ?? []).map((point) => [secondsOf(point), point.value.value]);
}

export function secondsOf({ timeUnixNano }: Pick<MetricPoint, 'timeUnixNano'>): number {
  return Number((timeUnixNano - NOON) / 1_000_000n) / 1000;
}
