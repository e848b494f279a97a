import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../_util/rest.js';
import { insertLogs, storeCalls } from '../query/logs/fixture.js';
import { problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

const nowNano = () => BigInt(Date.now()) * 1_000_000n;

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
});
afterAll(() => bed.close());

interface Event {
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/** Reads a stream as a browser would. */
class EventReader {
  readonly events: Event[] = [];
  readonly ended: Promise<void>;
  text = '';
  readonly #leaving = new AbortController();

  private constructor(
    readonly response: Response,
    leaving: AbortController,
  ) {
    this.#leaving = leaving;
    this.ended = this.#read().catch(() => undefined);
  }

  static async open(url: string, token = 'shop-read'): Promise<EventReader> {
    const leaving = new AbortController();
    const response = await fetch(url, { headers: { 'PRIVATE-TOKEN': token }, signal: leaving.signal });
    return new EventReader(response, leaving);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of this.response.body ?? []) {
      const piece = decoder.decode(chunk, { stream: true });
      this.text += piece;
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        if (name !== undefined) this.events.push({ name, data: JSON.parse(data ?? '') });
      }
    }
  }

  async logs(count: number): Promise<unknown[]> {
    const bodies = () => this.events.filter(({ name }) => name === 'log').map(({ data }) => data.body);
    return eventually(
      async () => bodies(),
      (found) => found.length >= count,
    );
  }

  leave(): void {
    this.#leaving.abort();
  }
}

describe('a live tail', () => {
  it('sends records as events, under each path', async () => {
    const readers = await Promise.all(
      ['/v3/query/7', '/query/22/7/v1', '/observability/v1'].map((base) =>
        EventReader.open(`${bed.url}${base}/logs/tail?service_name=shop&severity_name=warn`),
      ),
    );
    const [reader] = readers;
    expect(reader?.response.status).toBe(200);
    expect(reader?.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader?.response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(reader?.response.headers.get('cache-control')).toContain('no-store');
    const record = {
      projectId: 7n,
      timeUnixNano: nowNano(),
      body: 'line one\nline two\r\n\n: x',
      severityNumber: 13,
    };
    await insertLogs(bed.query, [record, { ...record, body: 'quiet', severityNumber: 9 }]);
    for (const each of readers) {
      expect(await each.logs(1)).toEqual([record.body]);
      expect(each.text).toMatch(/^retry: \d+\n\n: /);
      each.leave();
    }
    expect(reader?.events[0]?.data).toMatchObject({
      severity_number: 13,
      service_name: 'shop',
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('is refused like any other request', async () => {
    const get = (path: string, token = 'shop-read') =>
      fetch(bed.url + path, { headers: { 'PRIVATE-TOKEN': token } });
    expect(await problemOf(await get('/v3/query/7/logs/tail?period=1h'), 400)).toMatchObject({
      field: 'period',
    });
    expect(await problemOf(await get('/v3/query/7/logs/tail?severity_name=x'), 400)).toMatchObject({
      code: 'invalid_argument',
    });
    await problemOf(await get('/v3/query/7/logs/tail', 'nobody'), 401);
    await problemOf(await get('/v3/query/9/logs/tail'), 404);
    const { url: queryUrl } = await bed.query.start({ queryTailMaxViewers: 0 });
    const url = await bed.start({ queryUrl });
    const full = await fetch(`${url}/v3/query/7/logs/tail`, { headers: { 'PRIVATE-TOKEN': 'shop-read' } });
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(full, 429)).toMatchObject({
      detail: expect.stringContaining('QUERY_TAIL_MAX_VIEWERS'),
    });
  });

  it('goes on while the caller may read, without losing a record, and ends when it may not', async () => {
    const { url: queryUrl } = await bed.query.start({}, { tailLeaseMs: 400 });
    const url = await bed.start({ queryUrl });
    const reader = await EventReader.open(`${url}/v3/query/8/logs/tail`, 'acme-admin');
    const askedBefore = bed.asked.length;
    for (let index = 0; index < 5; index++) {
      await insertLogs(bed.query, [{ projectId: 8n, timeUnixNano: nowNano(), body: String(index) }]);
      await reader.logs(index + 1);
    }
    expect(bed.asked.length).toBeGreaterThan(askedBefore + 2);
    expect(await reader.logs(5)).toEqual(['0', '1', '2', '3', '4']);
    expect(reader.events.filter(({ name }) => name !== 'log')).toEqual([]);
    bed.revoked.add('acme-admin');
    await reader.ended;
    bed.revoked.delete('acme-admin');
    expect(reader.events.at(-1)).toMatchObject({
      name: 'error',
      data: { code: 'unauthenticated', status: 401 },
    });
  });

  it('of a client that goes away leaves nothing running', async () => {
    const service = await bed.query.start();
    const url = await bed.start({ queryUrl: service.url });
    const polls = () => storeCalls(service, 'log_tail_counts');
    const open = () => EventReader.open(`${url}/v3/query/7/logs/tail`);
    const reader = await open();
    await eventually(polls, (count) => count >= 2);
    reader.leave();
    await reader.ended;
    const tenantHasRoom = async () => {
      const readers = await Promise.all(Array.from({ length: 20 }, open));
      const statuses = readers.map(({ response }) => response.status);
      for (const each of readers) each.leave();
      await Promise.all(readers.map(({ ended }) => ended));
      return statuses.every((status) => status === 200);
    };
    await eventually(tenantHasRoom, Boolean);
  });
});
