import { deflateSync, gzipSync } from 'node:zlib';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

export type Signal = 'traces' | 'metrics' | 'logs';

export interface Target {
  /** `http(s)://host:port`; for HTTP a path may follow, otherwise it is that of the signal. */
  readonly url: string;
  readonly signal: Signal;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the body is sent in: gzip and deflate are applied here; other names only go into the header. Default: as it is. */
  readonly encoding?: string | undefined;
  /** HTTP only. Default: application/x-protobuf. */
  readonly contentType?: string | undefined;
}

export interface Acknowledgement {
  /** HTTP status, or gRPC status code. */
  readonly status: number;
  readonly isTaken: boolean;
  /** The answer's body, or what a gRPC status says. */
  readonly answer: Buffer;
  readonly latencyMs: number;
}

export interface Transport {
  send(body: Buffer): Promise<Acknowledgement>;
  close(): void;
}

const TIMEOUT_MS = 30_000;
const SERVICES: Readonly<Record<Signal, string>> = {
  traces: 'trace.v1.TraceService',
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
};
/** The numbers of grpc-js. */
const GRPC_ENCODINGS: Readonly<Record<string, number>> = { identity: 0, deflate: 1, gzip: 2 };
const HTTP_ENCODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gzipSync(body),
  deflate: (body) => deflateSync(body),
};

/** Over gRPC, on a connection of its own. Throws for a message encoding that grpc-js does not have. */
export function openGrpc({ url, signal, headers = {}, encoding = 'identity' }: Target): Transport {
  const algorithm = GRPC_ENCODINGS[encoding];
  if (algorithm === undefined)
    throw new Error(`gRPC has the encodings ${Object.keys(GRPC_ENCODINGS).join(', ')}, not "${encoding}".`);
  const { host, protocol } = new URL(url);
  const security = protocol === 'https:' ? credentials.createSsl() : credentials.createInsecure();
  const client = new Client(host, security, {
    'grpc.default_compression_algorithm': algorithm,
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const method = `/opentelemetry.proto.collector.${SERVICES[signal]}/Export`;
  const same = (bytes: Buffer) => bytes;
  const send = (body: Buffer) =>
    new Promise<Acknowledgement>((resolve) => {
      const startMs = performance.now();
      const done = (error: ServiceError | null, answer: Buffer = Buffer.alloc(0)) =>
        resolve({
          status: error?.code ?? 0,
          isTaken: !error,
          answer: error ? Buffer.from(error.details) : answer,
          latencyMs: performance.now() - startMs,
        });
      client.makeUnaryRequest(
        method,
        same,
        same,
        body,
        metadata,
        { deadline: Date.now() + TIMEOUT_MS },
        done,
      );
    });
  return { send, close: () => client.close() };
}

/** Over HTTP/1.1. */
export function openHttp({ url, signal, headers = {}, encoding, contentType }: Target): Transport {
  const target = new URL(url).pathname === '/' ? new URL(`/v1/${signal}`, url) : new URL(url);
  const encode = HTTP_ENCODERS[encoding ?? ''];
  const send = async (body: Buffer): Promise<Acknowledgement> => {
    const startMs = performance.now();
    const response = await fetch(target, {
      method: 'POST',
      headers: {
        'content-type': contentType ?? 'application/x-protobuf',
        ...(encoding && { 'content-encoding': encoding }),
        ...headers,
      },
      body: new Uint8Array(encode ? encode(body) : body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = Buffer.from(await response.arrayBuffer());
    const { status, ok } = response;
    return { status, isTaken: ok, answer, latencyMs: performance.now() - startMs };
  };
  return { send, close: () => undefined };
}
