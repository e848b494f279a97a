import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll } from 'vitest';
import type { OtlpReceiverConfig } from '../../../../services/otlp-receiver/config.js';
import type { OtlpReceiver } from '../../../../services/otlp-receiver/service.js';
import { type Issued, TestCa } from '../../../_util/test-ca.js';
import { encodeRequest, makeRequest, makeSpan } from '../clients.js';

/** Statuses of gRPC. */
export const CODE = { ok: 0, permissionDenied: 7, unavailable: 14, unauthenticated: 16 };

export const oneSpan = (traceId = randomBytes(16)) => encodeRequest(makeRequest([makeSpan({ traceId })]));

/** Two authorities for the file, of which the second is a stranger. */
export function useAuthorities() {
  let ca: TestCa;
  let strangers: TestCa;
  beforeAll(() => {
    ca = new TestCa();
    strangers = new TestCa('somebody else');
  });
  afterAll(() => {
    ca?.remove();
    strangers?.remove();
  });
  return { ca: () => ca, strangers: () => strangers };
}

export interface TlsClientOptions {
  readonly caFile: string;
  readonly client?: Issued | undefined;
  readonly headers?: Record<string, string>;
}

const pem = ({ caFile, client }: TlsClientOptions) => ({
  ca: readFileSync(caFile),
  ...(client && { cert: readFileSync(client.certFile), key: readFileSync(client.keyFile) }),
});

/** A gRPC client that keeps its connection. */
export function grpcOverTls(receiver: Pick<OtlpReceiver, 'grpcUrl'>, options: TlsClientOptions) {
  const { ca, cert, key } = { cert: null, key: null, ...pem(options) };
  const client = new Client(new URL(receiver.grpcUrl).host, credentials.createSsl(ca, key, cert), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const pass = (bytes: Buffer) => bytes;
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  return {
    /** Resolves with the status code, 0 for success, and the message. */
    export: (body: Uint8Array, headers = options.headers ?? {}) =>
      new Promise<{ code: number; message: string }>((resolve) => {
        const metadata = new Metadata();
        for (const [name, value] of Object.entries(headers))
          metadata.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
        const deadline = { deadline: Date.now() + 5_000 };
        client.makeUnaryRequest(path, pass, pass, Buffer.from(body), metadata, deadline, (error) =>
          resolve({ code: error?.code ?? 0, message: error?.details ?? '' }),
        );
      }),
    close: () => client.close(),
  };
}

/** POST over HTTP/1.1; resolves with the status, or rejects as the connection does. */
export function postOverTls(
  receiver: Pick<OtlpReceiver, 'httpUrl'>,
  body: Uint8Array,
  options: TlsClientOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(`${receiver.httpUrl}/v1/traces`, {
      method: 'POST',
      agent: false,
      ...pem(options),
      headers: { 'content-type': 'application/x-protobuf', ...options.headers },
    });
    request.on('error', reject).on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    request.end(body);
  });
}

/** An HTTP/2 connection by ALPN. */
export function http2OverTls(receiver: Pick<OtlpReceiver, 'httpUrl'>, options: TlsClientOptions) {
  const session = connectHttp2(receiver.httpUrl, pem(options));
  session.on('error', () => undefined);
  const post = (body: Uint8Array) =>
    new Promise<number>((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/v1/traces',
        'content-type': 'application/x-protobuf',
        ...options.headers,
      });
      stream.on('error', reject).on('close', () => reject(new Error('the connection was closed')));
      stream.on('response', (headers) => resolve(Number(headers[':status'])));
      stream.resume();
      stream.end(body);
    });
  return { post, session, close: () => session.close() };
}

/** What a handshake shows: the server's certificate and what was agreed on. Rejects when it fails. */
export function handshake(url: string, options: TlsClientOptions & ConnectionOptions) {
  const { hostname, port } = new URL(url);
  return new Promise<{ serial: string; protocol: string | null; alpn: string | false | null }>(
    (resolve, reject) => {
      const socket = connectTls(
        { host: hostname, port: Number(port), ALPNProtocols: ['h2'], ...options, ...pem(options) },
        () => {
          resolve({
            serial: socket.getPeerCertificate().serialNumber,
            protocol: socket.getProtocol(),
            alpn: socket.alpnProtocol,
          });
          socket.destroy();
        },
      );
      socket.on('error', reject);
    },
  );
}

/** The same files for both ports. */
export function tlsSettings(server: Issued, clientCaFile?: string): Partial<OtlpReceiverConfig> {
  return {
    otlpGrpcTlsCertFile: server.certFile,
    otlpGrpcTlsKeyFile: server.keyFile,
    otlpGrpcTlsClientCaFile: clientCaFile,
    otlpGrpcTlsReloadIntervalMs: 50,
    otlpHttpTlsCertFile: server.certFile,
    otlpHttpTlsKeyFile: server.keyFile,
    otlpHttpTlsClientCaFile: clientCaFile,
    otlpHttpTlsReloadIntervalMs: 50,
  };
}
