import { randomBytes } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ExportTraceServiceResponse } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { encodeRequest, type HttpExport, makeRequest, makeSpan, storedInZstd } from '../clients.js';

import { json, oneSpan, uniqueToken, useHttpStack } from './http.harness.js';

const { stack, send } = useHttpStack();

describe('success', () => {
  it('answers an empty request in the encoding of the request, with nothing unset', async () => {
    const protobuf = await send();
    expect(protobuf.status).toBe(200);
    expect(protobuf.headers.get('content-type')).toBe('application/x-protobuf');
    expect(protobuf.bytes).toHaveLength(0);
    const text = await send({ headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' });
    expect(text.status).toBe(200);
    expect(text.headers.get('content-type')).toBe('application/json');
    expect(text.text()).toBe('{}');
  });

  it('has the rows when it acknowledges, under each path and compression', async () => {
    const variants: HttpExport[] = [
      { path: '/v1/traces' },
      { path: '/observability/v1/traces?x=1' },
      { path: '/v3/22/7/ingest/traces' },
      { headers: { 'content-encoding': 'gzip' } },
      { headers: { 'content-encoding': 'deflate' } },
      { headers: { 'content-encoding': 'zstd' } },
    ];
    const encoders: Record<string, (plain: Buffer) => Buffer> = {
      gzip: gzipSync,
      deflate: deflateSync,
      zstd: storedInZstd,
    };
    for (const variant of variants) {
      const traceId = randomBytes(16);
      const plain = oneSpan(traceId);
      const encode = encoders[variant.headers?.['content-encoding'] ?? ''];
      const body = encode ? encode(plain) : plain;
      expect((await send({ ...variant, body })).status).toBe(200);
      expect(await stack().countOf(traceId)).toBe(1);
    }
  });

  it('tells the gatekeeper what the path names and how much comes', async () => {
    const headers = uniqueToken();
    const body = oneSpan();
    await send({ path: '/v3/4294967295/18446744073709551615/ingest/traces', headers, body });
    expect(stack().gatekeeper.asked.at(-1)).toMatchObject({
      credential: { form: { case: 'token', value: headers['private-token'] } },
      tenantId: 4294967295,
      projectId: 18446744073709551615n,
      signal: 1,
      wireBytes: BigInt(body.length),
    });
  });

  it('compresses the answer when asked', async () => {
    const body = encodeRequest(makeRequest([makeSpan({ spanId: Buffer.alloc(3) })]));
    const url = new URL(`${stack().receiver.httpUrl}/v1/traces`);
    const answer = await rawHttp(
      url,
      `POST ${url.pathname} HTTP/1.1\r\nHost: x\r\nPRIVATE-TOKEN: t\r\nContent-Type: application/x-protobuf\r\nAccept-Encoding: br;q=1, gzip\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
    );
    const [head = '', ...rest] = answer.toString('latin1').split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200/);
    expect(head.toLowerCase()).toContain('content-encoding: gzip');
    const message = ExportTraceServiceResponse.decode(
      gunzipSync(Buffer.from(rest.join('\r\n\r\n'), 'latin1')),
    );
    expect(message.partialSuccess?.rejectedSpans).toBe(1n);
  });

  it('reports a partial success in JSON with its count as text', async () => {
    const span = { traceId: 'ab', spanId: '00'.repeat(8), name: 'x' };
    const answer = await send({
      headers: json,
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text())).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage:
          '1 of 1 spans were refused (invalid_id 1). First: resource_spans[0].scope_spans[0].spans[0].trace_id must be 16 bytes, got 1.',
      },
    });
  });
});

it('speaks HTTP/2 in clear on the same port, many requests on one connection', async () => {
  const session = connectHttp2(stack().receiver.httpUrl);
  const traceId = randomBytes(16);
  const post = (body: Buffer) =>
    new Promise<{ status: number; type: string }>((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/v1/traces',
        'content-type': 'application/x-protobuf',
        'private-token': 't',
      });
      stream.on('error', reject);
      stream.on('response', (headers) =>
        resolve({ status: Number(headers[':status']), type: String(headers['content-type']) }),
      );
      stream.resume();
      stream.end(body);
    });
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(oneSpan(traceId))));
  session.close();
  expect(answers).toEqual(Array(10).fill({ status: 200, type: 'application/x-protobuf' }));
  expect(await stack().countOf(traceId)).toBe(10);
});

it('keeps a connection for exporters that send a minute apart', async () => {
  const url = new URL(stack().receiver.httpUrl);
  const request =
    'POST /v1/traces HTTP/1.1\r\nHost: x\r\nPRIVATE-TOKEN: t\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
  const socket = connectTcp(Number(url.port), url.hostname);
  socket.write(request);
  const first: Buffer = await new Promise((resolve) => socket.once('data', resolve));
  expect(first.toString()).toMatch(/^HTTP\/1\.1 200/);
  expect(first.toString()).toMatch(/keep-alive: timeout=90/i);
  socket.destroy();
});

/** Everything that comes back until the server closes. */
function rawHttp(url: URL, head: string, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connectTcp(Number(url.port), url.hostname);
    socket
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', reject);
    socket.write(head);
    socket.write(body);
  });
}
