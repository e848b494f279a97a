import { randomBytes } from 'node:crypto';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { BadRequest, RetryInfo } from '../../../gen/otlp/google/rpc/error_details.js';
import { Status } from '../../../gen/otlp/google/rpc/status.js';
import {
  ExportTraceServiceRequest,
  ExportTraceServiceResponse,
} from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { Span } from '../../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import type { OtlpReceiver } from '../../../services/otlp-receiver/service.js';

export const TEST_TOKEN = 'test-token';

export const nowUnixNano = (): bigint => BigInt(Date.now()) * 1_000_000n;

export function makeSpan(overrides: Parameters<typeof Span.fromPartial>[0] = {}): Span {
  const startTimeUnixNano = nowUnixNano();
  return Span.fromPartial({
    traceId: randomBytes(16),
    spanId: randomBytes(8),
    name: 'GET /cart',
    kind: 2,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 5_000_000n,
    ...overrides,
  });
}

export function makeRequest(spans: readonly Span[], service = 'shop'): ExportTraceServiceRequest {
  return ExportTraceServiceRequest.fromPartial({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [{ scope: { name: 'test', version: '1' }, spans: [...spans] }],
      },
    ],
  });
}

export const encodeRequest = (request: ExportTraceServiceRequest): Buffer =>
  Buffer.from(ExportTraceServiceRequest.encode(request).finish());

export interface GrpcAnswer {
  readonly code: number;
  readonly message: string;
  readonly response: ExportTraceServiceResponse | undefined;
  readonly trailer: Metadata;
}

/** One Export over gRPC, with the raw bytes as given. */
export async function exportOverGrpc(
  receiver: Pick<OtlpReceiver, 'grpcUrl'>,
  body: Uint8Array,
  options: {
    readonly metadata?: Record<string, string>;
    readonly path?: string;
    readonly gzip?: boolean;
  } = {},
): Promise<GrpcAnswer> {
  const compression = options.gzip ? { 'grpc.default_compression_algorithm': 2 } : {};
  const client = new Client(new URL(receiver.grpcUrl).host, credentials.createInsecure(), {
    ...compression,
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.metadata ?? { 'private-token': TEST_TOKEN }))
    metadata.set(name, value);
  const path = options.path ?? '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  try {
    return await new Promise((resolve) => {
      const pass = (bytes: Buffer) => bytes;
      const call = client.makeUnaryRequest(path, pass, pass, Buffer.from(body), metadata, (error, bytes) => {
        const response = bytes && ExportTraceServiceResponse.decode(bytes);
        call.once('status', (status) =>
          resolve({ code: status.code, message: error?.details ?? '', response, trailer: status.metadata }),
        );
      });
    });
  } finally {
    client.close();
  }
}

/** `google.rpc.Status` of a trailer or body with its two kinds of details decoded. */
export function readStatus(bytes: Uint8Array | undefined) {
  const status = Status.decode(bytes ?? new Uint8Array());
  const detail = (name: string) =>
    status.details.find(({ typeUrl }) => typeUrl.endsWith(`google.rpc.${name}`))?.value;
  const [retryInfo, badRequest] = [detail('RetryInfo'), detail('BadRequest')];
  const delay = retryInfo && RetryInfo.decode(retryInfo).retryDelay;
  return {
    code: status.code,
    message: status.message,
    retryDelayMs: delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6,
    violations: badRequest && BadRequest.decode(badRequest).fieldViolations,
  };
}

/** A body of less than 64 KiB as a zstd frame of one stored block, which needs no encoder. */
export function storedInZstd(body: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  // The magic number; a single segment whose size has four bytes; the last block, which is a stored one.
  head.writeUInt32LE(0xfd2fb528, 0);
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(body.length, 5);
  head.writeUIntLE((body.length << 3) | 1, 9, 3);
  return Buffer.concat([head, body]);
}

export interface HttpExport {
  readonly path?: string;
  readonly method?: string;
  readonly body?: Uint8Array | string;
  readonly headers?: Record<string, string>;
}

/** One request over HTTP/1.1; protobuf with the test token unless told otherwise. */
export async function exportOverHttp(receiver: Pick<OtlpReceiver, 'httpUrl'>, options: HttpExport = {}) {
  const { path = '/v1/traces', method = 'POST', body = '' } = options;
  const response = await fetch(`${receiver.httpUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/x-protobuf', 'private-token': TEST_TOKEN, ...options.headers },
    ...(method !== 'GET' && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text: () => Buffer.from(bytes).toString(),
  };
}
