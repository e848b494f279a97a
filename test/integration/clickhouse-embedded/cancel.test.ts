import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { quietClient, useEmbedded } from './harness.js';

const embedded = useEmbedded();
const ENDLESS = 'SELECT sum(sipHash64(number)) FROM system.numbers';

/** Query ids of the statements that run, without the asking one. */
async function running(): Promise<string[]> {
  const own = randomUUID();
  const result = await embedded.client.query({
    query: "SELECT Settings['chdb_client_name'] AS id FROM system.processes",
    format: 'JSONEachRow',
    query_id: own,
  });
  return (await result.json<{ id: string }>()).map(({ id }) => id).filter((id) => id !== own);
}

describe('cancellation', () => {
  it('kills a SELECT when its caller aborts', async () => {
    const query_id = randomUUID();
    const controller = new AbortController();
    const aborted = embedded.client.query({ query: ENDLESS, query_id, abort_signal: controller.signal });
    aborted.catch(() => undefined);
    await vi.waitFor(async () => expect(await running()).toContain(query_id), 10_000);
    controller.abort();
    await expect(aborted).rejects.toThrow('aborted');
    await vi.waitFor(async () => expect(await running()).not.toContain(query_id), 10_000);
  });

  it('lets INSERT … SELECT finish although its caller is gone', async () => {
    await embedded.client.command({ query: 'CREATE TABLE slow (n UInt64) ENGINE = MergeTree ORDER BY n' });
    const query_id = randomUUID();
    const controller = new AbortController();
    const query = 'INSERT INTO slow SELECT number + sleepEachRow(0.1) FROM numbers(10)';
    const aborted = embedded.client.command({ query, query_id, abort_signal: controller.signal });
    aborted.catch(() => undefined);
    await vi.waitFor(async () => expect(await running()).toContain(query_id), 10_000);
    controller.abort();
    await vi.waitFor(
      async () => expect(await embedded.rows('SELECT count() AS c FROM slow')).toEqual([{ c: 10 }]),
      10_000,
    );
  });

  it('inserts nothing of an upload that is cut off', async () => {
    await embedded.client.command({ query: 'CREATE TABLE cut (n UInt64) ENGINE = MergeTree ORDER BY n' });
    const url = `${embedded.server.url}/?query=INSERT+INTO+cut+FORMAT+TSV&query_id=cut-upload`;
    const upload = request(url, { method: 'POST', headers: { 'content-length': 1000 } });
    upload.on('error', () => undefined);
    upload.write('1\n2\n3\n');
    const spooled = () => readdir(join(embedded.server.dataDir, 'http-spool'));
    await vi.waitFor(async () => expect(await spooled()).toHaveLength(1), 10_000);
    upload.destroy();
    await vi.waitFor(async () => expect(await spooled()).toEqual([]), 10_000);
    expect(await embedded.rows('SELECT count() AS c FROM cut')).toEqual([{ c: 0 }]);
  });

  it.each(['ASYNC', 'SYNC', ''])('understands KILL QUERY by the client’s query id %s', async (mode) => {
    const query_id = randomUUID();
    const killed = embedded.client.query({ query: ENDLESS, query_id });
    killed.catch(() => undefined);
    await vi.waitFor(async () => expect(await running()).toContain(query_id), 10_000);
    await embedded.client.command({
      query: `KILL QUERY WHERE query_id = {id:String} ${mode}`,
      query_params: { id: query_id },
    });
    await expect(killed).rejects.toMatchObject({ code: '394', type: 'QUERY_WAS_CANCELLED' });
  });

  it('refuses a query id that is running', async () => {
    const query_id = randomUUID();
    const controller = new AbortController();
    const first = embedded.client.query({ query: ENDLESS, query_id, abort_signal: controller.signal });
    first.catch(() => undefined);
    await vi.waitFor(async () => expect(await running()).toContain(query_id), 10_000);
    await expect(embedded.client.query({ query: 'SELECT 1', query_id })).rejects.toMatchObject({
      code: '216',
    });
    controller.abort();
    await expect(first).rejects.toThrow();
  });

  it('still answers probes while every turn is taken', async () => {
    const controllers = Array.from({ length: 30 }, () => new AbortController());
    const many = quietClient({ url: embedded.server.url, max_open_connections: 100 });
    for (const { signal } of controllers) {
      const query = 'SELECT sleepEachRow(1) FROM numbers(100) SETTINGS max_block_size = 1';
      many.query({ query, abort_signal: signal }).catch(() => undefined);
    }
    await vi.waitFor(
      async () => expect((await fetch(`${embedded.server.url}/replicas_status`)).status).toBe(200),
      10_000,
    );
    for (const controller of controllers) controller.abort();
    await vi.waitFor(async () => expect(await running()).toEqual([]), 20_000);
    await many.close();
  });
});
