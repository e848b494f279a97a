import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../lib/errors/app-error.js';
import {
  encodeRequest,
  exportOverGrpc,
  exportOverHttp,
  makeRequest,
  makeSpan,
  TEST_TOKEN,
} from '../clients.js';
import { admission, startTestStack, type TestStack } from '../harness.js';

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

describe('a storage quota that is used up', () => {
  it('is among the refusals of whom the receiver has admitted before', async () => {
    const [known, unknown] = [uniqueToken(), uniqueToken()];
    const body = encodeRequest(makeRequest([makeSpan()]));
    stack.gatekeeper.answerWith(() => admission({ validMs: 1 }));
    await send(body, { metadata: { 'private-token': known } });
    stack.gatekeeper.answerWith(() => {
      throw new AppError('storage_quota', 'The storage quota of tenant acme is used up.');
    });
    const refused = async (token: string) => {
      // Until the admission of before has run out.
      for (let code = CODE.ok; code === CODE.ok; )
        ({ code } = await send(body, { metadata: { 'private-token': token } }));
    };
    await refused(known);
    await refused(unknown);
    const ofTenant = stack.receiver.rejects.last(22).filter(({ reason }) => reason === 'storage_quota');
    expect(ofTenant).toMatchObject([{ projectId: 7n, requests: 1 }]);
  });
});

describe('the ledger', () => {
  interface Entry {
    readonly labels: Readonly<Partial<Record<string, string | number>>>;
    readonly value: number;
  }
  const entriesOf = async (name: string) => {
    const metric = await stack.receiver.context.registry.getSingleMetric(name)?.get();
    // The registry goes on counting in its own objects.
    return (metric?.values ?? []).map(({ labels, value }): Entry => ({ labels, value }));
  };
  const sumOf = (entries: readonly Entry[], labels: Readonly<Record<string, string>>) =>
    entries
      .filter((entry) => Object.entries(labels).every(([name, value]) => entry.labels[name] === value))
      .reduce((sum, { value }) => sum + value, 0);

  it('has those whom nobody vouches for without a tenant, and balances with them', async () => {
    const body = encodeRequest(makeRequest([makeSpan()]));
    const before = await entriesOf('gob_receiver_bytes_total');
    const beforeRequests = await entriesOf('gob_receiver_turned_away_requests_total');
    await send(body);
    stack.gatekeeper.answerWith(() => {
      throw new AppError('permission_denied', 'No.');
    });
    await send(body, { metadata: {} });
    await send(body, { metadata: { 'private-token': uniqueToken() } });
    const http = (path: string, headers: Record<string, string>) =>
      exportOverHttp(stack.receiver, { path, headers, body });
    await http('/v1/logs', { 'private-token': '' });
    await http('/v1/profiles', {});
    await http('/v1/metrics', { 'content-type': 'text/plain' });
    const after = await entriesOf('gob_receiver_bytes_total');
    const grown = (labels: Record<string, string>) => sumOf(after, labels) - sumOf(before, labels);
    const expected = [
      ['traces', 'unauthenticated'],
      ['traces', 'permission_denied'],
      ['logs', 'unauthenticated'],
      ['', 'not_found'],
      ['metrics', 'unsupported_media_type'],
    ] as const;
    const requests = await entriesOf('gob_receiver_turned_away_requests_total');
    for (const [signal, reason] of expected) {
      expect(grown({ tenant: '', signal, outcome: 'rejected', reason }), reason).toBe(body.length);
      const labels = { signal, reason };
      expect(sumOf(requests, labels) - sumOf(beforeRequests, labels), reason).toBe(1);
    }
    expect(grown({ tenant: '', outcome: 'received' })).toBe(expected.length * body.length);
    for (const tenant of ['', '22'])
      expect(sumOf(after, { tenant, outcome: 'received' })).toBe(
        ['stored', 'duplicate', 'rejected'].reduce(
          (sum, outcome) => sum + sumOf(after, { tenant, outcome }),
          0,
        ),
      );
  });

  it('never counts more of a stranger than could be taken', async () => {
    const label = { tenant: '', outcome: 'received' };
    const before = sumOf(await entriesOf('gob_receiver_bytes_total'), label);
    const answer = await exportOverHttp(stack.receiver, {
      headers: { 'private-token': '' },
      body: Buffer.alloc(300 * 1024),
    });
    expect(answer.status).toBe(413);
    expect(sumOf(await entriesOf('gob_receiver_bytes_total'), label) - before).toBe(256 * 1024);
  });
});
