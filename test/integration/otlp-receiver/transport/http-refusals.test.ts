import { randomBytes } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../lib/errors/app-error.js';
import { type HttpExport, readStatus, storedInZstd } from '../clients.js';

import { json, MAX_REQUEST_BYTES, oneSpan, uniqueToken, useHttpStack } from './http.harness.js';

const { stack, send } = useHttpStack();

describe('refusals', () => {
  it.each([
    ['GET', '/v1/traces', 405, /POST/],
    ['PUT', '/v3/22/7/ingest/traces', 405, /POST/],
    ['POST', '/', 404, /\/v1\/traces.*\/observability\/v1\/traces.*\/v3\//],
    ['POST', '/v1/trace', 404, /\/v1\/traces/],
    ['POST', '/v3/4294967296/7/ingest/traces', 404, /\/v1\/traces/],
    ['GET', '/v1/metrics', 405, /POST/],
    ['PUT', '/v3/22/7/ingest/logs', 405, /POST/],
    ['POST', '/v1/profiles', 404, /metrics and logs likewise/],
    ['POST', '/v1/constructor', 404, /\/v1\/traces/],
  ])('%s %s is %i', async (method, path, status, message) => {
    const answer = await send({ method, path });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
    expect(readStatus(answer.bytes).message).toMatch(message);
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
  });

  it('answers in JSON where the request is JSON or of no known type', async () => {
    for (const [contentType, status] of [
      ['application/json', 404],
      ['text/plain', 404],
    ] as const) {
      const answer = await send({ path: '/nothing', headers: { 'content-type': contentType } });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(JSON.parse(answer.text())).toMatchObject({
        code: 5,
        message: expect.stringContaining('/v1/traces'),
      });
    }
  });

  it('answers 415 to other content types and codings', async () => {
    const type = await send({ headers: { 'content-type': 'text/plain' } });
    expect(type.status).toBe(415);
    expect(JSON.parse(type.text()).message).toContain('application/x-protobuf');
    const coding = await send({ headers: { 'content-encoding': 'br' }, body: 'x' });
    expect(coding.status).toBe(415);
    expect(coding.headers.get('accept-encoding')).toBe('gzip, deflate, zstd');
  });

  it('answers 400 with a BadRequest detail to bodies that cannot be decoded', async () => {
    const bodies: HttpExport[] = [
      { body: 'not protobuf' },
      { body: Buffer.from([0]) },
      { body: 'not gzip', headers: { 'content-encoding': 'gzip' } },
      { body: gzipSync(oneSpan()).subarray(0, 30), headers: { 'content-encoding': 'gzip' } },
      { body: storedInZstd(oneSpan()).subarray(0, -1), headers: { 'content-encoding': 'zstd' } },
    ];
    for (const options of bodies) {
      const answer = await send(options);
      expect(answer.status).toBe(400);
      expect(readStatus(answer.bytes)).toMatchObject({
        code: 3,
        violations: [{ field: expect.any(String) }],
      });
    }
    const answer = await send({
      headers: json,
      body: '{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SERVER"}]}]}]}',
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text())).toMatchObject({
      code: 3,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'resourceSpans[0].scopeSpans[0].spans[0].kind' }],
        },
      ],
    });
  });

  it('answers 413 to what is too large, declared, chunked or inflated', async () => {
    const large = randomBytes(MAX_REQUEST_BYTES + 1);
    const declared = await send({ body: large });
    const inflated = await send({
      body: gzipSync(Buffer.alloc(MAX_REQUEST_BYTES + 1, randomBytes(1000))),
      headers: { 'content-encoding': 'gzip' },
    });
    const chunked = await fetch(`${stack().receiver.httpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'private-token': 't' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect([declared.status, chunked.status, inflated.status]).toEqual([413, 413, 413]);
    expect(readStatus(declared.bytes)).toMatchObject({
      code: 8,
      retryDelayMs: undefined,
      message: expect.stringContaining(String(MAX_REQUEST_BYTES)),
    });
    expect(declared.headers.get('retry-after')).toBeNull();
  });

  it('stops at a decompression bomb by its ratio', async () => {
    const bomb = gzipSync(Buffer.alloc(3 * 2 ** 20));
    expect(bomb.length).toBeLessThan(4_000);
    const answer = await send({ body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(413);
    expect(readStatus(answer.bytes).message).toContain('500-fold');
  });

  it('passes on what the gatekeeper decides', async () => {
    const cases = [
      ['unauthenticated', 401, 16],
      ['permission_denied', 403, 7],
      ['not_found', 404, 5],
    ] as const;
    for (const [code, status, grpc] of cases) {
      stack().gatekeeper.answerWith(() => {
        throw new AppError(code, 'No, because.');
      });
      const answer = await send({ headers: uniqueToken() });
      expect(answer.status).toBe(status);
      expect(readStatus(answer.bytes)).toMatchObject({ code: grpc, message: 'No, because.' });
    }
    expect((await send({ headers: { 'private-token': '' } })).status).toBe(401);
  });

  it('answers 429 with Retry-After and RetryInfo when the rate is reached', async () => {
    stack().gatekeeper.answerWith(() => {
      throw new AppError('rate_limited', 'Too much.', { retryAfterMs: 2_500 });
    });
    const answer = await send({ headers: uniqueToken() });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(readStatus(answer.bytes)).toMatchObject({ code: 8, retryDelayMs: 2_500 });
  });

  it('refuses before it reads: the head alone is enough', async () => {
    const url = new URL(stack().receiver.httpUrl);
    const head =
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 1000\r\n\r\n';
    const socket = connectTcp(Number(url.port), url.hostname);
    socket.write(head);
    const first: Buffer = await new Promise((resolve) => socket.once('data', resolve));
    expect(first.toString()).toMatch(/^HTTP\/1\.1 401/);
    socket.destroy();
  });
});
