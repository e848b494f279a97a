import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  encodeRequest,
  exportOverHttp,
  makeRequest,
  makeSpan,
  readStatus,
  storedInZstd,
} from '../clients.js';
import { admission, eventually, startTestStack, type TestStack } from '../harness.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ ingestMaxRequestBytes: 4 * 2 ** 20 });
});
afterAll(() => stack?.close());
beforeEach(() => {
  stack.gatekeeper.answerWith(() => admission());
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const oneSpan = (traceId = randomBytes(16)) => encodeRequest(makeRequest([makeSpan({ traceId })]));
const PROTOBUF = 'Content-Type: application/x-protobuf';

function head(lines: readonly string[], target = '/v1/traces', method = 'POST'): string {
  return [`${method} ${target} HTTP/1.1`, 'Host: x', 'PRIVATE-TOKEN: t', ...lines, '', ''].join('\r\n');
}

/** A connection whose answers pile up as text. */
function open() {
  const { hostname, port } = new URL(stack.receiver.httpUrl);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let received = '';
  socket
    .on('error', () => undefined)
    .on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
  return {
    socket,
    send: (...parts: (string | Buffer)[]) => parts.forEach((part) => void socket.write(part)),
    /** Resolves once this many heads have come back. */
    heads: (count: number) =>
      eventually(() => {
        const found = received.match(/HTTP\/1\.1 \d{3}[^\r]*/g) ?? [];
        return found.length >= count ? found : undefined;
      }),
    text: () => received,
  };
}

describe('Expect: 100-continue', () => {
  it('invites the body once the sender is admitted', async () => {
    const traceId = randomBytes(16);
    const body = oneSpan(traceId);
    const client = open();
    client.send(head([PROTOBUF, 'Expect: 100-continue', `Content-Length: ${body.length}`]));
    expect(await client.heads(1)).toEqual(['HTTP/1.1 100 Continue']);
    client.send(body);
    expect(await client.heads(2)).toEqual(['HTTP/1.1 100 Continue', 'HTTP/1.1 200 OK']);
    expect(await stack.countOf(traceId)).toBe(1);
  });

  it('refuses without inviting, and ends the connection, whose next bytes could be anything', async () => {
    for (const [lines, status] of [
      [[PROTOBUF, 'PRIVATE-TOKEN:', `Content-Length: ${5 * 2 ** 20}`], '413'],
      [['Content-Type: text/plain', 'Content-Length: 10'], '415'],
    ] as const) {
      const client = open();
      client.send(head([...lines, 'Expect: 100-continue']));
      expect(await client.heads(1)).toEqual([expect.stringMatching(`^HTTP/1.1 ${status}`)]);
      expect(client.text().toLowerCase()).toContain('connection: close');
    }
  });

  it('takes no notice of expectations that do not exist', async () => {
    const client = open();
    const body = oneSpan();
    client.send(head([PROTOBUF, 'Expect: the-unexpected', `Content-Length: ${body.length}`]), body);
    expect(await client.heads(1)).toEqual(['HTTP/1.1 200 OK']);
  });
});

describe('the forms of a request', () => {
  it('takes chunked bodies, whatever the chunks', async () => {
    const traceId = randomBytes(16);
    const body = oneSpan(traceId);
    const client = open();
    client.send(head([PROTOBUF, 'Transfer-Encoding: chunked']));
    for (const byte of body) client.send('1\r\n', Buffer.from([byte]), '\r\n');
    client.send('0\r\n\r\n');
    expect(await client.heads(1)).toEqual(['HTTP/1.1 200 OK']);
    expect(await stack.countOf(traceId)).toBe(1);
  });

  it('answers pipelined requests in their order', async () => {
    const body = oneSpan();
    const client = open();
    const good = [head([PROTOBUF, `Content-Length: ${body.length}`]), body];
    client.send(...good, head([PROTOBUF, 'Content-Length: 0'], '/nothing'), ...good);
    const answers = await client.heads(3);
    expect(answers.map((line) => line.slice(9, 12))).toEqual(['200', '404', '200']);
  });

  it.each([
    '/v1/traces/',
    '/v1/traces?a=b&c',
    '/v1/traces/?x',
    '/observability/v1/traces/',
    '/v3/22/7/ingest/traces/',
    'http://proxy.example:4318/v1/traces',
  ])('takes exports at %s', async (target) => {
    const body = oneSpan();
    const client = open();
    client.send(head([PROTOBUF, `Content-Length: ${body.length}`], target), body);
    expect(await client.heads(1)).toEqual(['HTTP/1.1 200 OK']);
  });

  it('reads content types in any case and with parameters, and answers with the plain type', async () => {
    for (const [type, plain] of [
      ['Application/X-Protobuf; charset=utf-8', 'application/x-protobuf'],
      ['APPLICATION/JSON;charset="UTF-8"', 'application/json'],
    ] as const) {
      const isJson = plain === 'application/json';
      const answer = await exportOverHttp(stack.receiver, {
        headers: { 'content-type': type },
        body: isJson ? '{}' : oneSpan(),
      });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, plain]);
    }
  });

  it('answers an empty body by what it means: no spans in protobuf, no document in JSON', async () => {
    const answer = (type: string, coding = 'identity') =>
      exportOverHttp(stack.receiver, { headers: { 'content-type': type, 'content-encoding': coding } });
    expect((await answer('application/x-protobuf')).status).toBe(200);
    const json = await answer('application/json');
    expect(json.status).toBe(400);
    expect(JSON.parse(json.text())).toMatchObject({ code: 3, message: expect.any(String) });
    expect((await answer('application/x-protobuf', 'gzip')).status).toBe(400);
    expect((await answer('text/plain')).status).toBe(415);
  });

  it('takes empty requests in each coding', async () => {
    for (const [coding, body] of [
      ['gzip', gzipSync('')],
      ['deflate', deflateSync('')],
      ['zstd', storedInZstd(Buffer.alloc(0))],
      ['identity', Buffer.alloc(0)],
    ] as const) {
      const answer = await exportOverHttp(stack.receiver, { headers: { 'content-encoding': coding }, body });
      expect([coding, answer.status]).toEqual([coding, 200]);
    }
  });

  it.each(['snappy', 'br', 'gzip, gzip'])('answers 415 to %s and names what it takes', async (coding) => {
    const answer = await exportOverHttp(stack.receiver, {
      headers: { 'content-encoding': coding },
      body: 'x',
    });
    expect(answer.status).toBe(415);
    expect(answer.headers.get('accept-encoding')).toBe('gzip, deflate, zstd');
    expect(readStatus(answer.bytes).message).toContain('must be gzip, deflate, zstd or identity');
  });

  it.each(['HEAD', 'OPTIONS', 'DELETE'])('answers 405 to %s, over HTTP/1.1 and HTTP/2', async (method) => {
    const client = open();
    client.send(head(['Content-Length: 0'], '/v1/traces', method));
    expect((await client.heads(1))[0]).toMatch(/^HTTP\/1\.1 405/);
    expect(client.text().toLowerCase()).toContain('allow: post');
    if (method === 'HEAD') expect(client.text().split('\r\n\r\n')[1]).toBe('');
    const session = connectHttp2(stack.receiver.httpUrl);
    const stream = session.request({ ':method': method, ':path': '/v1/traces' });
    const [headers] = await once(stream, 'response');
    expect([headers[':status'], headers.allow]).toEqual([405, 'POST']);
    session.destroy();
  });
});

describe('connections', () => {
  it('stores nothing of an aborted upload and forgets it', async () => {
    const traceId = randomBytes(16);
    const body = oneSpan(traceId);
    for (const lines of [[`Content-Length: ${body.length + 1000}`], ['Transfer-Encoding: chunked']]) {
      const clients = Array.from({ length: 20 }, () => open());
      for (const client of clients) {
        const isChunked = lines[0]?.startsWith('T');
        client.send(
          head([PROTOBUF, ...lines]),
          ...(isChunked ? [`${body.length.toString(16)}\r\n`] : []),
          body,
        );
      }
      const inFlight = () =>
        stack.receiver.context.registry.getSingleMetricAsString('gob_receiver_in_flight_bytes');
      const bytes = body.length * clients.length;
      await eventually(async () => (await inFlight()).includes(`gob_receiver_in_flight_bytes ${bytes}`));
      for (const { socket } of clients) socket.destroy();
      await eventually(async () => (await inFlight()).includes('gob_receiver_in_flight_bytes 0'));
    }
    expect(await stack.countOf(traceId)).toBe(0);
  });

  it('offers HTTP/2 clients at least 100 streams at once', async () => {
    const session = connectHttp2(stack.receiver.httpUrl);
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams ?? 0).toBeGreaterThanOrEqual(100);
    session.destroy();
  });

  it('serves others while 1000 connections are idle', async () => {
    const idle = Array.from({ length: 1000 }, () => open());
    for (const client of idle)
      client.send(head(['Content-Type: application/json', 'Content-Length: 2']), '{}');
    for (const client of idle) expect(await client.heads(1)).toEqual(['HTTP/1.1 200 OK']);
    const traceId = randomBytes(16);
    expect((await exportOverHttp(stack.receiver, { body: oneSpan(traceId) })).status).toBe(200);
    expect(await stack.countOf(traceId)).toBe(1);
    expect(idle.every(({ socket }) => !socket.destroyed && socket.readyState === 'open')).toBe(true);
  });
});
