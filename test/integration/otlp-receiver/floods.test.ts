import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import { exportOverGrpc, TEST_TOKEN } from './clients.js';
import {
  admission,
  eventually,
  startTestGatekeeper,
  startTestReceiver,
  type TestGatekeeper,
  type TestReceiver,
} from './harness.js';

const KIB = 1024;
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const CODE = {
  ok: '0',
  invalidArgument: '3',
  resourceExhausted: '8',
  unimplemented: '12',
  unavailable: '14',
  unauthenticated: '16',
};
const TENANT_BYTES = 256 * KIB;

let gatekeeper: TestGatekeeper;
let receiver: TestReceiver;
let session: ClientHttp2Session;
beforeAll(async () => {
  gatekeeper = await startTestGatekeeper();
  receiver = await startTestReceiver({
    gatekeeperUrl: gatekeeper.url,
    // Nothing of what is sent here gets as far as the store.
    clickhouseUrl: 'http://127.0.0.1:9',
    ingestInFlightBytes: 4 * 2 ** 20,
    ingestInFlightBytesPerTenant: TENANT_BYTES,
  });
  session = connectHttp2(receiver.grpcUrl);
  await once(session, 'remoteSettings');
});
afterAll(async () => {
  session?.destroy();
  await receiver?.close();
  await gatekeeper?.close();
});
beforeEach(() =>
  gatekeeper.answerWith((request) => {
    const form = request.credential?.form;
    if (form?.case !== 'token' || form.value === 'stranger')
      throw new AppError('unauthenticated', 'The token is not known.');
    return admission({ tenantId: form.value.startsWith('other') ? 33 : 22 });
  }),
);

interface RawCall {
  readonly token?: string;
  readonly path?: string;
  readonly encoding?: string;
  /** Bytes that follow the prefix. */
  readonly sent: Buffer;
  /** What the prefix says. Default: all that is sent. */
  readonly length?: number;
}

/** A call that is left open unless all that it announces is sent; resolves with the head or the trailers that hold the status. */
function open({ token = TEST_TOKEN, path = EXPORT, encoding, sent, length = sent.length }: RawCall) {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'private-token': token,
    ...(encoding && { 'grpc-encoding': encoding }),
  });
  const status = new Promise<IncomingHttpHeaders>((resolve) => {
    const look = (headers: IncomingHttpHeaders) => {
      if (headers['grpc-status'] !== undefined) resolve(headers);
    };
    stream
      .on('error', () => undefined)
      .on('response', look)
      .on('trailers', look);
  });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(encoding ? 1 : 0, 0);
  prefix.writeUInt32BE(length, 1);
  stream.resume().write(Buffer.concat([prefix, sent]));
  if (length === sent.length) stream.end();
  return { stream, status };
}

describe('over gRPC', () => {
  it('little of a message is read before it is known whose it is', async () => {
    const { status } = open({ token: 'stranger', sent: Buffer.alloc(100 * KIB), length: 2 ** 20 });
    expect((await status)['grpc-status']).toBe(CODE.unauthenticated);
  });

  it('a stranger that sends all of a large message gets to read the refusal', async () => {
    const answer = await exportOverGrpc(receiver, Buffer.alloc(3 * 2 ** 20), {
      metadata: { 'private-token': 'stranger' },
    });
    expect(String(answer.code)).toBe(CODE.unauthenticated);
  });

  it('nothing is inflated for strangers', async () => {
    const { status } = open({ token: 'stranger', sent: Buffer.from('no gzip'), encoding: 'gzip' });
    expect((await status)['grpc-status']).toBe(CODE.unauthenticated);
  });

  it('what a tenant has under way counts for it while it arrives, and hinders no other', async () => {
    const part = { sent: Buffer.alloc(200 * KIB), length: 2 ** 20 };
    const first = open(part);
    await eventually(async () => (await inFlightBytes()) >= 200 * KIB);
    const second = await open(part).status;
    expect(second['grpc-status']).toBe(CODE.unavailable);
    expect(decodeURI(String(second['grpc-message']))).toMatch(
      /^Tenant 22 has as much data in flight as fits/,
    );
    const other = open({ token: 'other', sent: Buffer.alloc(0) });
    expect((await other.status)['grpc-status']).toBe(CODE.ok);
    first.stream.close();
    await eventually(async () => (await inFlightBytes()) === 0);
  });

  it('what is refused with its last piece is not worked on', async () => {
    const first = open({ sent: Buffer.alloc(200 * KIB), length: 2 ** 20 });
    await eventually(async () => (await inFlightBytes()) >= 200 * KIB);
    const before = await answers();
    expect((await open({ sent: Buffer.alloc(100 * KIB) }).status)['grpc-status']).toBe(CODE.unavailable);
    expect((await open({ token: 'other', sent: Buffer.alloc(0) }).status)['grpc-status']).toBe(CODE.ok);
    expect((await answers()) - before).toBe(2);
    first.stream.close();
    await eventually(async () => (await inFlightBytes()) === 0);
  });

  it('a bomb is stopped by its ratio', async () => {
    const { status } = open({ sent: gzipSync(Buffer.alloc(15 * 2 ** 20)), encoding: 'gzip' });
    const answer = await status;
    expect(answer['grpc-status']).toBe(CODE.resourceExhausted);
    expect(decodeURI(String(answer['grpc-message']))).toMatch(/grows more than 500-fold/);
  });

  it('methods that answer anybody read little and inflate nothing', async () => {
    const path = '/grpc.health.v1.Health/Check';
    const large = await open({ path, sent: Buffer.alloc(20 * KIB), length: 2 ** 20 }).status;
    expect(large['grpc-status']).toBe(CODE.resourceExhausted);
    const compressed = await open({ path, sent: gzipSync(Buffer.alloc(2 ** 20)), encoding: 'gzip' }).status;
    expect(compressed['grpc-status']).toBe(CODE.unimplemented);
    expect(decodeURI(String(compressed['grpc-message']))).toBe('grpc-encoding must be identity, got "gzip".');
  });
});

describe('over HTTP', () => {
  /** The beginning of a request whose body never ends, and the first line of the answer. */
  function openHttp(headers: string, body: Buffer) {
    const { port, hostname } = new URL(receiver.httpUrl);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n${headers}\r\n\r\n`,
    );
    socket.write(body);
    const status = once(socket, 'data').then(([data]) => String(data).split('\r\n', 1)[0]);
    return { socket, status };
  }
  const chunk = (bytes: number) =>
    Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), randomBytes(bytes), Buffer.from('\r\n')]);

  it('little of a body without a length is read before it is known whose it is', async () => {
    const { socket, status } = openHttp(
      'Private-Token: stranger\r\nTransfer-Encoding: chunked',
      chunk(100 * KIB),
    );
    expect(await status).toBe('HTTP/1.1 401 Unauthorized');
    socket.destroy();
  });

  it.each([
    ['with a length', `Content-Length: ${2 ** 20}`, randomBytes(200 * KIB)],
    ['without one', 'Transfer-Encoding: chunked', chunk(200 * KIB)],
  ])('what a tenant has under way counts for it while it arrives: %s', async (_name, header, body) => {
    const first = openHttp(`Private-Token: ${TEST_TOKEN}\r\n${header}`, body);
    await eventually(async () => (await inFlightBytes()) >= 200 * KIB);
    const second = openHttp(`Private-Token: ${TEST_TOKEN}\r\n${header}`, body);
    expect(await second.status).toBe('HTTP/1.1 503 Service Unavailable');
    first.status.catch(() => undefined);
    for (const { socket } of [first, second]) socket.destroy();
    await eventually(async () => (await inFlightBytes()) === 0);
  });
});

async function answers(): Promise<number> {
  const metric = await receiver.context.registry.getSingleMetric('gob_receiver_requests_total')?.get();
  return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
}

async function inFlightBytes(): Promise<number> {
  const metric = await receiver.context.registry.getSingleMetric('gob_receiver_in_flight_bytes')?.get();
  return metric?.values[0]?.value ?? Number.NaN;
}
