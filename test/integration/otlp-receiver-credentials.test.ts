import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../lib/errors/app-error.js';
import { encodeRequest, exportOverGrpc, makeRequest, makeSpan, TEST_TOKEN } from './otlp-receiver.clients.js';
import { admission, startTestStack, type TestStack } from './otlp-receiver.harness.js';

const CODE = { ok: 0, unauthenticated: 16 };

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

describe('credentials', () => {
  it('takes the token from each header that exporters use', async () => {
    const basic = Buffer.from(`user:${TEST_TOKEN}`).toString('base64');
    const headers: Record<string, string>[] = [
      { 'private-token': TEST_TOKEN },
      { authorization: `Bearer ${TEST_TOKEN}` },
      { authorization: `bearer%20${TEST_TOKEN}` },
      { authorization: `Basic ${basic}` },
    ];
    for (const metadata of headers) expect((await send(new Uint8Array(), { metadata })).code).toBe(CODE.ok);
  });

  it('refuses a call without one and does not ask the gatekeeper', async () => {
    const before = stack.gatekeeper.asked.length;
    const answer = await send(new Uint8Array(), { metadata: {} });
    expect(answer).toMatchObject({
      code: CODE.unauthenticated,
      message: expect.stringContaining('PRIVATE-TOKEN'),
    });
    expect(stack.gatekeeper.asked.length).toBe(before);
  });

  it('asks once for many calls at once, with the credential and the size', async () => {
    const token = uniqueToken();
    const body = encodeRequest(makeRequest([makeSpan()]));
    stack.gatekeeper.answerWith(() => admission({ validMs: 30_000 }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(body, { metadata: { 'private-token': token } })),
    );
    expect(answers.map(({ code }) => code)).toEqual(Array(20).fill(CODE.ok));
    const asked = stack.gatekeeper.asked.filter(({ credential }) => credential?.form.value === token);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ projectId: 0n, tenantId: 0, signal: 1, wireBytes: BigInt(body.length) });
  });

  it('remembers a refusal for a moment', async () => {
    stack.gatekeeper.answerWith(() => {
      throw new AppError('unauthenticated', 'Unknown.');
    });
    const token = uniqueToken();
    for (let call = 0; call < 5; call++)
      await send(new Uint8Array(), { metadata: { 'private-token': token } });
    expect(stack.gatekeeper.asked.filter(({ credential }) => credential?.form.value === token)).toHaveLength(
      1,
    );
  });
});
