import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'vitest';
import {
  LogQueryService,
  type LogRecord,
  type SearchLogsRequestSchema,
} from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { anew, DATABASE, NANO_PER_SECOND, type QueryBed, type StartedQuery } from '../fixture.js';

export const MINUTE = 60n * NANO_PER_SECOND;
export const HOUR = 60n * MINUTE;

/** A stored log record, with what a test does not say filled in. */
export interface TestLog {
  readonly timeUnixNano: bigint;
  readonly body?: string;
  readonly bodyType?: 'string' | 'json' | 'bytes';
  readonly service?: string;
  readonly severityNumber?: number;
  readonly severityText?: string;
  /** 32 hex digits. */
  readonly traceId?: string;
  /** 16 hex digits. */
  readonly spanId?: string;
  readonly traceFlags?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly resource?: Readonly<Record<string, string>>;
  readonly resourceHash?: number;
  readonly eventName?: string;
  readonly tenantId?: number;
  readonly projectId?: bigint;
  readonly database?: string;
}

/** Inserts into the database of the first record, also what is there already; one call is one block. */
export async function insertLogs(bed: Pick<QueryBed, 'sql'>, logs: readonly TestLog[]): Promise<void> {
  const table = `${logs[0]?.database ?? DATABASE}.logs`;
  const rows = logs.map((log) => `(${valuesOf(log).join(', ')})`).join(',\n');
  await bed.sql(`INSERT INTO ${table} (${COLUMNS}) SETTINGS async_insert = 0, ${anew()} VALUES ${rows}`);
}

const COLUMNS =
  'TenantId, ProjectId, Timestamp, ObservedTimestamp, TraceId, SpanId, TraceFlags, SeverityNumber, SeverityText, ServiceName, EventName, Body, BodyType, ResourceHash, ResourceAttrs, ScopeName, Attrs';

function valuesOf(log: TestLog): string[] {
  const time = `fromUnixTimestamp64Nano(${log.timeUnixNano}, 'UTC')`;
  return [
    String(log.tenantId ?? 1),
    String(log.projectId ?? 1n),
    time,
    time,
    `unhex('${log.traceId ?? '0'.repeat(32)}')`,
    `unhex('${log.spanId ?? '0'.repeat(16)}')`,
    String(log.traceFlags ?? 0),
    String(log.severityNumber ?? 9),
    quote(log.severityText ?? 'Info'),
    quote(log.service ?? 'shop'),
    quote(log.eventName ?? ''),
    quote(log.body ?? 'a body'),
    quote(log.bodyType ?? 'string'),
    String(log.resourceHash ?? 1),
    mapOf(log.resource ?? {}),
    "'scope'",
    mapOf(log.attributes ?? {}),
  ];
}

function mapOf(entries: Readonly<Record<string, string>>): string {
  return `map(${Object.entries(entries).flat().map(quote).join(', ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A bare client: no retries, errors as they come. */
export function connectLogs(url: string): Client<typeof LogQueryService> {
  return createClient(LogQueryService, createGrpcTransport({ baseUrl: url, readMaxBytes: 2 ** 26 }));
}

export interface LogBed {
  readonly bed: QueryBed;
  readonly client: Client<typeof LogQueryService>;
}

/** Every page up to the empty one. */
export async function searchAll(
  { bed, client }: LogBed,
  projectId: bigint,
  request: MessageInitShape<typeof SearchLogsRequestSchema>,
  between: (page: number) => Promise<void> = async () => {},
): Promise<LogRecord[]> {
  const logs: LogRecord[] = [];
  const options = await bed.as({ projectId });
  for (let pageToken = '', page = 0; ; page++) {
    const answer = await client.searchLogs({ ...request, pageToken }, options);
    if (answer.logs.length === 0) {
      expect(answer.nextPageToken).toBe('');
      return logs;
    }
    expect(answer.nextPageToken).not.toBe('');
    logs.push(...answer.logs);
    pageToken = answer.nextPageToken;
    await between(page);
  }
}

export const bodiesOf = (logs: readonly LogRecord[]) => logs.map(({ body }) => body);

/** How often a service has sent a statement to ClickHouse. */
export async function storeCalls({ registry }: StartedQuery, statement: string): Promise<number> {
  const metric = await registry.getSingleMetric('gob_store_calls_total')?.get();
  const values = metric?.values.filter(({ labels }) => labels.statement === statement) ?? [];
  return values.reduce((sum, { value }) => sum + value, 0);
}
