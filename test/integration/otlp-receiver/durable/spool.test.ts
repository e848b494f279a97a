import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { OtlpReceiverConfig } from '../../../../services/otlp-receiver/config.js';
import { encodeRequest, exportOverGrpc, exportOverHttp, makeRequest, makeSpan } from '../clients.js';
import {
  admission,
  eventually,
  startTestReceiver,
  startTestStack,
  TENANT_ID,
  type TestReceiver,
  type TestStack,
} from '../harness.js';
import { startFaultyProxy } from './faulty-proxy.js';
import { booksOf, difference, makeDataDir, oneSpan } from './spool.harness.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});
function opened<T extends { close(): unknown }>(part: T): T {
  open.push(part);
  return part;
}

const DEAD_URL = 'http://127.0.0.1:9';

async function startSpooling() {
  const dataDir = opened(makeDataDir());
  const stack = opened(await startTestStack());
  const receiverOf = async (settings: Partial<OtlpReceiverConfig> = {}) =>
    opened(
      await startTestReceiver({
        clickhouseUrl: stack.clickhouse.url,
        gatekeeperUrl: stack.gatekeeper.url,
        dataDir: dataDir.path,
        ...settings,
      }),
    );
  return { dataDir, stack, receiverOf };
}

const storedOnce = (stack: TestStack, traceId: Uint8Array) =>
  eventually(async () => ((await stack.countOf(traceId)) === 1 ? true : undefined));

/** The ledger once nothing waits on disk and something was stored. */
const booksAtRest = (receiver: TestReceiver) =>
  eventually(async () => {
    const books = await booksOf(receiver.context.registry, 'items');
    return books.spooled === 0 && books.stored > 0 ? books : undefined;
  });

describe('an acknowledgement', () => {
  it('means on disk, and in the store a moment later', async () => {
    const { dataDir, stack, receiverOf } = await startSpooling();
    const receiver = await receiverOf();
    const traceId = randomBytes(16);
    expect((await exportOverHttp(receiver, { body: oneSpan(traceId) })).status).toBe(200);
    const startedMs = performance.now();
    await storedOnce(stack, traceId);
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    await eventually(() => dataDir.spooled().length === 0 || undefined);
  });

  it('needs no ClickHouse: what came meanwhile is stored by the next process, once', async () => {
    const { dataDir, stack, receiverOf } = await startSpooling();
    const first = await receiverOf({ clickhouseUrl: DEAD_URL });
    const traceIds = Array.from({ length: 20 }, () => randomBytes(16));
    for (const traceId of traceIds)
      expect((await exportOverHttp(first, { body: oneSpan(traceId) })).status).toBe(200);
    expect(await booksOf(first.context.registry, 'items')).toMatchObject({
      received: 20,
      spooled: 20,
      stored: 0,
    });
    await first.close();
    expect(dataDir.spooled().length).toBeGreaterThan(0);
    const second = await receiverOf();
    for (const traceId of traceIds) await storedOnce(stack, traceId);
    const books = await booksAtRest(second);
    expect(dataDir.spooled()).toEqual([]);
    expect(books).toEqual({ received: 0, recovered: 20, stored: 20, duplicate: 0, rejected: 0, spooled: 0 });
  });
});

describe('a segment', () => {
  it('is sent again with the same token when the answer is lost, also by the next process', async () => {
    const { dataDir, stack, receiverOf } = await startSpooling();
    const proxy = opened(await startFaultyProxy(stack.clickhouse.url, () => 'cut answer'));
    const first = await receiverOf({ clickhouseUrl: proxy.url });
    const traceId = randomBytes(16);
    expect((await exportOverHttp(first, { body: oneSpan(traceId) })).status).toBe(200);
    await eventually(() => proxy.tokens.length >= 3 || undefined);
    await first.close();
    expect(new Set(proxy.tokens).size).toBe(1);
    expect(await stack.countOf(traceId)).toBe(1);
    const second = await receiverOf();
    expect((await booksAtRest(second)).stored).toBe(1);
    expect(dataDir.spooled()).toEqual([]);
    expect(await stack.countOf(traceId)).toBe(1);
  });

  it('that ClickHouse refuses costs only the refused record, which is kept', async () => {
    const { dataDir, stack, receiverOf } = await startSpooling();
    const proxy = opened(
      await startFaultyProxy(stack.clickhouse.url, (insert) => (insert <= 2 ? 'refuse' : 'none')),
    );
    const receiver = await receiverOf({ clickhouseUrl: proxy.url });
    // Of different projects, because exports of one project that come together are one record.
    stack.gatekeeper.answerWith(({ credential }) =>
      admission({ projectId: BigInt(String(credential?.form.value)) }),
    );
    const traceIds = [1, 2, 3].map(() => randomBytes(16));
    const answers = await Promise.all(
      traceIds.map((traceId, index) =>
        exportOverGrpc(receiver, oneSpan(traceId), { metadata: { 'private-token': `${index + 1}` } }),
      ),
    );
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
    const books = await booksAtRest(receiver);
    expect(dataDir.spooled()).toEqual([]);
    const counts = await Promise.all(traceIds.map((traceId) => stack.countOf(traceId)));
    expect(counts.sort()).toEqual([0, 1, 1]);
    expect(new Set(proxy.tokens).size).toBe(proxy.tokens.length);
    expect(books).toMatchObject({ received: 3, stored: 2, rejected: 1, spooled: 0 });

    const [letter] = dataDir.filesIn(`dead-letter/${TENANT_ID}`);
    expect(letter).toMatch(/\.seg$/);
    await receiver.close();
    const deadLetter = readFileSync(join(dataDir.path, `dead-letter/${TENANT_ID}`, letter ?? ''));
    writeFileSync(join(dataDir.path, 'spool', 'otlp-receiver', letter ?? ''), deadLetter);
    await receiverOf();
    for (const traceId of traceIds) await storedOnce(stack, traceId);
  });
});

describe('what lies in the spool at the start', () => {
  it('is cut, set aside or taken over, whatever it is', async () => {
    const { dataDir, stack, receiverOf } = await startSpooling();
    const worker = await receiverOf({ clickhouseUrl: DEAD_URL, processName: 'otlp-receiver-7' });
    const traceIds = Array.from({ length: 3 }, () => randomBytes(16));
    for (const traceId of traceIds)
      expect((await exportOverHttp(worker, { body: oneSpan(traceId) })).status).toBe(200);
    await worker.close();
    const spool = join(dataDir.path, 'spool', 'otlp-receiver-7');
    const [segment] = dataDir.spooled('otlp-receiver-7');
    const bytes = readFileSync(join(spool, segment ?? ''));
    appendFileSync(join(spool, segment ?? ''), bytes.subarray(-300, -10));
    writeFileSync(join(spool, 'notes.txt'), 'mine');
    writeFileSync(join(spool, `0000000000001-${'a'.repeat(32)}.seg`), randomBytes(500));
    writeFileSync(join(spool, `0000000000002-${'b'.repeat(32)}.seg`), '');

    const other = await receiverOf();
    for (const traceId of traceIds) await storedOnce(stack, traceId);
    await eventually(() => dataDir.filesIn('quarantine').length === 2 || undefined);
    expect(readdirSync(join(dataDir.path, 'spool'))).toEqual(['otlp-receiver']);
    const text = await other.context.registry.metrics();
    expect(text).toMatch(/spool_torn_bytes_total 290/);
    expect(text).toMatch(/spool_set_aside_files_total\{reason="foreign"\} 1/);
    expect(text).toMatch(/spool_set_aside_files_total\{reason="no_header"\} 1/);
  });

  it('gives its sound records when it is damaged in the middle', async () => {
    const { dataDir, stack, receiverOf } = await startSpooling();
    const first = await receiverOf({ clickhouseUrl: DEAD_URL });
    const traceIds = Array.from({ length: 3 }, () => randomBytes(16));
    for (const traceId of traceIds)
      expect((await exportOverHttp(first, { body: oneSpan(traceId) })).status).toBe(200);
    await first.close();
    // Beside the spans there is a segment for what their attributes add to the catalogue.
    const paths = dataDir.spooled().map((name) => join(dataDir.path, 'spool', 'otlp-receiver', name));
    const path = paths.find((file) => readFileSync(file).includes(traceIds[1] ?? '')) ?? '';
    const bytes = readFileSync(path);
    const at = bytes.indexOf(traceIds[1] ?? '');
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(path, bytes);
    await receiverOf();
    await storedOnce(stack, traceIds[0] ?? randomBytes(16));
    await storedOnce(stack, traceIds[2] ?? randomBytes(16));
    expect(dataDir.filesIn('quarantine').length).toBe(1);
  });
});

describe('pressure', () => {
  it('sends away a tenant whose quota on disk is used up, with the figures, and nobody else', async () => {
    const { stack, receiverOf } = await startSpooling();
    stack.gatekeeper.answerWith(({ credential }) =>
      admission({ tenantId: credential?.form.value === 'other' ? 33 : 22, validMs: 60_000 }),
    );
    const receiver = await receiverOf({
      clickhouseUrl: DEAD_URL,
      ingestSpoolBytes: 100_000,
      ingestSpoolTenantPercent: 30,
    });
    const large = () => encodeRequest(makeRequest([makeSpan({ traceState: 'x'.repeat(20_000) })]));
    expect((await exportOverHttp(receiver, { body: large() })).status).toBe(200);
    const refused = await exportOverHttp(receiver, { body: large(), headers: { 'user-agent': 'OTel/1' } });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-5]$/);
    expect(refused.text()).toContain('the limit is 30000');
    const headers = { 'private-token': 'other' };
    expect((await exportOverHttp(receiver, { body: large(), headers })).status).toBe(200);
    expect(receiver.rejects.last(22)).toMatchObject([
      {
        reason: 'unavailable',
        limit: '30000 bytes',
        serviceName: 'shop',
        userAgent: 'OTel/1',
        items: 1,
        requests: 1,
      },
    ]);
    const full = await receiverOf({
      clickhouseUrl: DEAD_URL,
      processName: 'b',
      ingestSpoolMinFreeBytes: 2 ** 60,
    });
    expect((await exportOverHttp(full, { body: large() })).text()).toContain('must stay free');
    for (const { context } of [receiver, full])
      for (const unit of ['items', 'bytes'] as const)
        expect(difference(await booksOf(context.registry, unit))).toBe(0);
  });
});

describe('the same export again', () => {
  it('is acknowledged and not stored twice, also while the first is on its way', async () => {
    const { stack, receiverOf } = await startSpooling();
    const receiver = await receiverOf();
    const traceId = randomBytes(16);
    const body = encodeRequest(
      makeRequest([makeSpan({ traceId }), makeSpan({ traceId, spanId: Buffer.alloc(3) })]),
    );
    const answers = await Promise.all([1, 2, 3].map(() => exportOverHttp(receiver, { body })));
    answers.push(await exportOverHttp(receiver, { body }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const answer of answers) expect(answer.text()).toContain('invalid_id 1');
    await storedOnce(stack, traceId);
    const books = await booksAtRest(receiver);
    expect(books).toMatchObject({ received: 8, stored: 1, duplicate: 6, rejected: 1 });
    expect(difference(await booksOf(receiver.context.registry, 'bytes'))).toBe(0);
  });
});
