import { createChannel, createClient, Metadata } from 'nice-grpc';
import { LogsServiceDefinition } from '../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { MetricsServiceDefinition } from '../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { TraceServiceDefinition } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type { OtlpReceiver } from '../../../services/otlp-receiver/service.js';
import { exportOverHttp, type HttpExport } from './clients.js';
import { admission, DATABASE, type TestStack } from './harness.js';

const TOKEN_PREFIX = 'of-project-';
let lastProject = 1_000n;

/** A project of a test's own, with what sends to it and reads from it. */
export function newProject(
  stack: TestStack,
  receiver: Pick<OtlpReceiver, 'grpcUrl' | 'httpUrl'> = stack.receiver,
) {
  stack.gatekeeper.answerWith(({ credential }) => {
    const token = credential?.form.case === 'token' ? credential.form.value : '';
    return admission({ projectId: BigInt(token.replace(TOKEN_PREFIX, '')), retentionDays: 400 });
  });
  const projectId = ++lastProject;
  const headers = { 'private-token': `${TOKEN_PREFIX}${projectId}` };
  const channel = createChannel(new URL(receiver.grpcUrl).host);
  const metadata = { metadata: Metadata(headers) };
  const select = async (columns: string, table: string, rest = '') => {
    const sql = `SELECT ${columns} FROM ${DATABASE}.${table} WHERE ProjectId = {id:UInt64} ${rest}`;
    const params = { id: String(projectId) };
    return (await stack.store.query<Record<string, unknown>>({ name: 'test', sql }, params)).rows;
  };
  return {
    projectId,
    headers,
    metadata,
    logs: createClient(LogsServiceDefinition, channel),
    metrics: createClient(MetricsServiceDefinition, channel),
    traces: createClient(TraceServiceDefinition, channel),
    overHttp: (options: HttpExport) =>
      exportOverHttp(receiver, { ...options, headers: { ...headers, ...options.headers } }),
    /** Rows of this project. */
    select,
    close: () => channel.close(),
  };
}

/** OTLP/JSON of what a ts-proto codec turns into proto3 JSON: ids in hexadecimal, and numbers that JSON lacks as text. */
export function otlpJson(protoJson: unknown): string {
  return JSON.stringify(protoJson, (name, value) => {
    if (name === 'traceId' || name === 'spanId') return Buffer.from(value, 'base64').toString('hex');
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}
