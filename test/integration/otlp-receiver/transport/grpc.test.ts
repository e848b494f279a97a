import { randomBytes } from 'node:crypto';
import { createChannel, createClient } from 'nice-grpc';
import {
  HealthCheckResponse_ServingStatus,
  HealthDefinition,
} from 'nice-grpc-server-health/lib/proto/grpc/health/v1/health.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { encodeRequest, exportOverGrpc, makeRequest, makeSpan, readStatus } from '../clients.js';
import { admission, startTestStack, type TestStack } from '../harness.js';

const CODE = {
  ok: 0,
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unavailable: 14,
  unauthenticated: 16,
};
const DETAILS = 'grpc-status-details-bin';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ ingestMaxRequestBytes: 256 * 1024 });
});
afterAll(() => stack?.close());
beforeEach(() => {
  stack.gatekeeper.answerWith(() => admission());
});

const send = (body: Uint8Array, options?: Parameters<typeof exportOverGrpc>[2]) =>
  exportOverGrpc(stack.receiver, body, options);
const uniqueToken = () => randomBytes(8).toString('hex');
const details = (answer: Awaited<ReturnType<typeof send>>) => {
  const [bytes] = answer.trailer.get(DETAILS);
  return readStatus(bytes as Buffer | undefined);
};

describe('success', () => {
  it('acknowledges an empty request and leaves partial_success unset', async () => {
    const answer = await send(new Uint8Array());
    expect(answer).toMatchObject({ code: CODE.ok, response: { partialSuccess: undefined } });
  });

  it('ignores empty envelopes', async () => {
    const answer = await send(
      encodeRequest(ExportTraceServiceRequest.fromPartial({ resourceSpans: [{}, { scopeSpans: [{}] }] })),
    );
    expect(answer).toMatchObject({ code: CODE.ok, response: { partialSuccess: undefined } });
  });

  it('has the rows when it acknowledges, compressed or not', async () => {
    for (const gzip of [false, true]) {
      const traceId = randomBytes(16);
      const answer = await send(encodeRequest(makeRequest([makeSpan({ traceId }), makeSpan({ traceId })])), {
        gzip,
      });
      expect(answer.code).toBe(CODE.ok);
      expect(await stack.countOf(traceId)).toBe(2);
    }
  });
});

describe('partial success', () => {
  it('refuses bad spans one by one and names the first', async () => {
    const traceId = randomBytes(16);
    const spans = [
      makeSpan({ traceId }),
      makeSpan({ traceId, spanId: Buffer.alloc(7, 1) }),
      makeSpan({ traceId: Buffer.alloc(16) }),
      makeSpan({ traceId, startTimeUnixNano: 1n }),
      makeSpan({ traceId }),
    ];
    const answer = await send(encodeRequest(makeRequest(spans)));
    expect(answer.code).toBe(CODE.ok);
    expect(answer.response?.partialSuccess?.rejectedSpans).toBe(3n);
    expect(answer.response?.partialSuccess?.errorMessage).toBe(
      '3 of 5 spans were refused (invalid_id 2, time_out_of_range 1). First: resource_spans[0].scope_spans[0].spans[1].span_id must be 8 bytes, got 7.',
    );
    expect(await stack.countOf(traceId)).toBe(2);
  });
});

describe('refusals', () => {
  it('answers INVALID_ARGUMENT with a BadRequest detail to what is not protobuf', async () => {
    const answer = await send(Buffer.from('this is not protobuf'));
    expect(answer.code).toBe(CODE.invalidArgument);
    expect(details(answer)).toMatchObject({
      code: CODE.invalidArgument,
      violations: [{ field: expect.any(String) }],
    });
    expect(details(answer).retryDelayMs).toBeUndefined();
    expect(answer.message).toContain('not a protobuf ExportTraceServiceRequest');
  });

  it('answers RESOURCE_EXHAUSTED without RetryInfo to what is too large, compressed or not', async () => {
    const body = encodeRequest(makeRequest([makeSpan({ name: 'x'.repeat(300 * 1024) })]));
    for (const gzip of [false, true]) {
      const answer = await send(body, { gzip });
      expect(answer.code).toBe(CODE.resourceExhausted);
      expect(answer.trailer.get(DETAILS)).toEqual([]);
      expect(answer.trailer.get('google.rpc.retryinfo-bin')).toEqual([]);
    }
  });

  it("holds a tenant to the tenant's own limit", async () => {
    stack.gatekeeper.answerWith(() => admission({ maxRequestBytes: 100n }));
    const metadata = { 'private-token': uniqueToken() };
    const body = encodeRequest(makeRequest([makeSpan({ name: 'x'.repeat(200) })]));
    const answer = await send(body, { metadata });
    expect(answer).toMatchObject({
      code: CODE.resourceExhausted,
      message: expect.stringContaining('the limit is 100'),
    });
    expect(answer.trailer.get(DETAILS)).toEqual([]);
  });

  it('passes on what the gatekeeper decides', async () => {
    const cases = [
      ['unauthenticated', CODE.unauthenticated],
      ['permission_denied', CODE.permissionDenied],
      ['not_found', CODE.notFound],
    ] as const;
    for (const [code, grpc] of cases) {
      stack.gatekeeper.answerWith(() => {
        throw new AppError(code, 'No, because.');
      });
      const answer = await send(new Uint8Array(), { metadata: { 'private-token': uniqueToken() } });
      expect(answer).toMatchObject({ code: grpc, message: 'No, because.' });
    }
  });

  it('adds RetryInfo to a rate limit, in both trailers', async () => {
    stack.gatekeeper.answerWith(() => {
      throw new AppError('rate_limited', 'Too much.', { retryAfterMs: 2_500 });
    });
    const answer = await send(new Uint8Array(), { metadata: { 'private-token': uniqueToken() } });
    expect(answer.code).toBe(CODE.resourceExhausted);
    expect(details(answer).retryDelayMs).toBe(2_500);
    expect(answer.trailer.get('google.rpc.retryinfo-bin')).toHaveLength(1);
  });
});

describe('many exports', () => {
  it('stores each of 100 parallel exports once, in far fewer inserts', async () => {
    const traceId = randomBytes(16);
    const bodies = Array.from({ length: 100 }, () =>
      encodeRequest(makeRequest([makeSpan({ traceId }), makeSpan({ traceId })])),
    );
    const answers = await Promise.all(bodies.map((body) => send(body)));
    expect(answers.map(({ code }) => code)).toEqual(Array(100).fill(CODE.ok));
    expect(await stack.countOf(traceId)).toBe(200);
    const count = await stack.receiver.context.registry.getSingleMetricAsString('gob_receiver_insert_rows');
    const statements = Number(/gob_receiver_insert_rows_count\{table="spans"\} (\d+)/.exec(count)?.[1]);
    expect(statements).toBeLessThan(50);
  });

  it('answers each of those that come together for itself', async () => {
    const traceId = randomBytes(16);
    const good = () => encodeRequest(makeRequest([makeSpan({ traceId }), makeSpan({ traceId })]));
    const half = () =>
      encodeRequest(makeRequest([makeSpan({ traceId }), makeSpan({ spanId: Buffer.alloc(3) })]));
    // Its last length reaches three bytes into whatever might follow it.
    const greedy = () => Buffer.concat([good(), Buffer.from([0x0a, 3])]);
    const kinds = [good, half, greedy, good];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => send((kinds[index % 4] ?? good)())),
    );
    for (const [index, { code, response }] of answers.entries()) {
      const kind = kinds[index % 4];
      expect(code).toBe(kind === greedy ? CODE.invalidArgument : CODE.ok);
      expect(response?.partialSuccess?.rejectedSpans).toBe(kind === half ? 1n : undefined);
    }
    expect(await stack.countOf(traceId)).toBe(20 * 2 + 10);
  });

  it('stores what comes twice at the same moment once', async () => {
    const traceId = randomBytes(16);
    const bodies = Array.from({ length: 10 }, () => encodeRequest(makeRequest([makeSpan({ traceId })])));
    const answers = await Promise.all([...bodies, ...bodies].map((body) => send(body)));
    expect(answers.map(({ code }) => code)).toEqual(Array(20).fill(CODE.ok));
    expect(await stack.countOf(traceId)).toBe(10);
  });

  it('counts items per tenant and outcome', async () => {
    const text = await stack.receiver.context.registry.metrics();
    expect(text).toMatch(
      /gob_receiver_items_total\{tenant="22",signal="traces",outcome="stored",reason=""\} \d+/,
    );
    expect(text).toMatch(
      /gob_receiver_items_total\{tenant="22",signal="traces",outcome="rejected",reason="invalid_id"\} \d+/,
    );
    expect(text).toMatch(/gob_receiver_requests_total\{transport="grpc",outcome="ok"\} \d+/);
    expect(text).toMatch(/gob_receiver_in_flight_bytes 0/);
  });
});

it('answers the standard health service', async () => {
  const channel = createChannel(new URL(stack.receiver.grpcUrl).host);
  const health = createClient(HealthDefinition, channel);
  const services = ['trace.v1.TraceService', 'metrics.v1.MetricsService', 'logs.v1.LogsService'];
  for (const service of ['', ...services.map((name) => `opentelemetry.proto.collector.${name}`)])
    expect((await health.check({ service })).status).toBe(HealthCheckResponse_ServingStatus.SERVING);
  channel.close();
});
