import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeRequest, makeRequest, makeSpan } from '../clients.js';
import { admission, eventually, startTestStack, type TestStack } from '../harness.js';

const CODE = { ok: '0', invalidArgument: '3', resourceExhausted: '8', unimplemented: '12' };
const MAX_REQUEST_BYTES = 64 * 1024;

let stack: TestStack;
let session: ClientHttp2Session;
beforeAll(async () => {
  stack = await startTestStack({ ingestMaxRequestBytes: MAX_REQUEST_BYTES });
  session = connectHttp2(stack.receiver.grpcUrl);
  await once(session, 'remoteSettings');
});
afterAll(async () => {
  session?.destroy();
  await stack?.close();
});
beforeEach(() => {
  stack.gatekeeper.answerWith(() => admission());
});

const oneSpan = (traceId = randomBytes(16)) => encodeRequest(makeRequest([makeSpan({ traceId })]));

interface RawCall {
  readonly encoding?: string;
  /** The flag in the message's prefix. Default: set when an encoding is named. */
  readonly isCompressed?: boolean;
  readonly token?: string;
}

interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Trailers, or the headers of an answer that has nothing else. */
  readonly trailers: IncomingHttpHeaders;
}

/** One Export as bytes on the wire: a flag, the length, the message. */
async function call(message: Buffer, options: RawCall = {}): Promise<RawAnswer> {
  const { encoding, isCompressed = encoding !== undefined, token = 't' } = options;
  const stream = session.request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    'content-type': 'application/grpc',
    te: 'trailers',
    'private-token': token,
    ...(encoding && { 'grpc-encoding': encoding }),
  });
  let trailers: IncomingHttpHeaders | undefined;
  stream
    .on('error', () => undefined)
    .on('trailers', (found) => {
      trailers = found;
    });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(isCompressed ? 1 : 0, 0);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
  const responded = once(stream, 'response');
  stream.resume();
  const [headers] = await responded;
  if (!stream.closed) await once(stream, 'close');
  return { headers, trailers: trailers ?? headers };
}

describe('message encodings', () => {
  it('takes gzip, deflate and identity, and says so', async () => {
    for (const [encoding, encode] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['identity', (bytes: Buffer) => bytes],
    ] as const) {
      const traceId = randomBytes(16);
      const { headers, trailers } = await call(encode(oneSpan(traceId)), { encoding });
      expect([encoding, trailers['grpc-status']]).toEqual([encoding, CODE.ok]);
      expect(String(headers['grpc-accept-encoding']).split(',').sort()).toEqual([
        'deflate',
        'gzip',
        'identity',
      ]);
      expect(await stack.countOf(traceId)).toBe(1);
    }
  });

  it.each(['zstd', 'snappy', 'br'])(
    'answers UNIMPLEMENTED to %s and names what it takes',
    async (encoding) => {
      const { trailers } = await call(oneSpan(), { encoding });
      expect(trailers['grpc-status']).toBe(CODE.unimplemented);
      expect(String(trailers['grpc-accept-encoding']).split(',').sort()).toEqual([
        'deflate',
        'gzip',
        'identity',
      ]);
      expect(decodeURI(String(trailers['grpc-message']))).toBe(
        `grpc-encoding must be gzip, deflate or identity, got "${encoding}".`,
      );
    },
  );

  it('refuses for good what cannot be inflated', async () => {
    for (const broken of [Buffer.from('not gzip'), gzipSync(oneSpan()).subarray(0, 20)]) {
      const { trailers } = await call(broken, { encoding: 'gzip' });
      expect(trailers['grpc-status']).toBe(CODE.invalidArgument);
    }
  });

  it('takes a message that is not compressed although an encoding is named', async () => {
    const { trailers } = await call(oneSpan(), { encoding: 'gzip', isCompressed: false });
    expect(trailers['grpc-status']).toBe(CODE.ok);
  });
});

describe('sizes', () => {
  it('refuses what is too large on the wire or after inflation, for good, and goes on', async () => {
    const large = Buffer.alloc(MAX_REQUEST_BYTES + 1, 1);
    for (const [message, encoding] of [
      [large, undefined],
      [gzipSync(large), 'gzip'],
      [gzipSync(Buffer.alloc(50 * 2 ** 20)), 'gzip'],
    ] as const) {
      const { trailers } = await call(message, encoding ? { encoding } : {});
      expect(trailers['grpc-status']).toBe(CODE.resourceExhausted);
      expect(trailers['grpc-status-details-bin']).toBeUndefined();
    }
    expect((await call(oneSpan())).trailers['grpc-status']).toBe(CODE.ok);
  });
});

describe('one connection', () => {
  it('may have at least 100 calls open', () => {
    expect(session.remoteSettings.maxConcurrentStreams ?? 0).toBeGreaterThanOrEqual(100);
  });

  it('has its calls worked on at the same time', async () => {
    const waiting: (() => void)[] = [];
    stack.gatekeeper.answerWith(
      () => new Promise((resolve) => void waiting.push(() => resolve(admission({ validMs: 0 })))),
    );
    // As many different tokens as calls: equal questions would be asked once.
    const calls = Array.from({ length: 90 }, (_, index) => call(oneSpan(), { token: `token-${index}` }));
    await eventually(() => waiting.length === calls.length);
    for (const answer of waiting) answer();
    const codes = (await Promise.all(calls)).map(({ trailers }) => trailers['grpc-status']);
    expect(codes).toEqual(calls.map(() => CODE.ok));
  });
});
