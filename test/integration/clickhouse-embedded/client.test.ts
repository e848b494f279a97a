import { randomUUID } from 'node:crypto';
import { TupleParam } from '@clickhouse/client';
import { describe, expect, it } from 'vitest';
import { quietClient, useEmbedded } from './harness.js';

const embedded = useEmbedded();

describe('ping', () => {
  it('answers both kinds', async () => {
    expect(await embedded.client.ping()).toEqual({ success: true });
    expect(await embedded.client.ping({ select: true })).toEqual({ success: true });
  });

  it('answers /ping and /replicas_status with Ok.', async () => {
    for (const path of ['/ping', '/replicas_status', '/']) {
      const response = await fetch(embedded.server.url + path);
      expect([response.status, await response.text()]).toEqual([200, 'Ok.\n']);
    }
  });

  it('answers 404 on other paths', async () => {
    expect((await fetch(`${embedded.server.url}/nowhere`)).status).toBe(404);
  });
});

describe('query', () => {
  it('reads JSONEachRow and JSON', async () => {
    expect(await embedded.rows('SELECT number AS n FROM numbers(3)')).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    const result = await embedded.client.query({ query: 'SELECT 1 AS one', format: 'JSON' });
    expect(await result.json()).toMatchObject({
      rows: 1,
      data: [{ one: 1 }],
      meta: [{ name: 'one', type: 'UInt8' }],
    });
    expect(result.response_headers['content-type']).toBe('application/json; charset=UTF-8');
    expect(result.response_headers['x-clickhouse-format']).toBe('JSON');
    expect(result.response_headers['x-clickhouse-timezone']).toMatch(/./);
    expect(result.response_headers['x-clickhouse-server-display-name']).toMatch(/./);
  });

  it('streams a result much larger than what is held in memory', async () => {
    const query = "SELECT number, repeat('x', 50) AS s FROM numbers(400000)";
    const result = await embedded.client.query({ query, format: 'JSONEachRow' });
    let next = 0;
    for await (const chunk of result.stream<{ number: number }>()) {
      for (const row of chunk) {
        if (next % 50_000 === 0) expect(row.json()).toMatchObject({ number: next });
        next += 1;
      }
    }
    expect(next).toBe(400_000);
  });

  it.each([
    'JSON',
    'JSONCompact',
    'JSONCompactEachRowWithNamesAndTypes',
    'CSVWithNames',
    'TabSeparated',
    'JSONEachRow',
  ])(
    'gives the same bytes for %s whether the result went through memory or through a file',
    async (format) => {
      // Statements that name a result limit of their own always go through a file.
      const select = 'SELECT number AS n, toString(number) AS s FROM numbers(1000)';
      const inMemory = await text(`${select} FORMAT ${format}`);
      const throughFile = await text(`${select} SETTINGS max_result_rows = 5000 FORMAT ${format}`);
      const withoutTimes = (body: string) => body.replace(/"statistics":[\s\S]*/, '');
      expect(withoutTimes(throughFile)).toBe(withoutTimes(inMemory));
      expect(inMemory.length).toBeGreaterThan(4000);
    },
  );

  it('takes the format from the statement, the parameter and the header, in this order', async () => {
    const ask = async (query: string, headers = {}) =>
      (await fetch(`${embedded.server.url}/?${query}`, { method: 'POST', headers })).headers.get(
        'x-clickhouse-format',
      );
    expect(await ask('query=SELECT+1+FORMAT+CSV&default_format=JSON')).toBe('CSV');
    expect(await ask('query=SELECT+1&default_format=JSON', { 'X-ClickHouse-Format': 'XML' })).toBe('JSON');
    expect(await ask('query=SELECT+1', { 'X-ClickHouse-Format': 'XML' })).toBe('XML');
    expect(await ask('query=SELECT+1')).toBe('TabSeparated');
  });

  it('joins the query parameter and the body', async () => {
    const response = await fetch(`${embedded.server.url}/?query=SELECT+1,`, {
      method: 'POST',
      body: '2 -- end',
    });
    expect(await response.text()).toBe('1\t2\n');
  });

  it('uses the database of the client', async () => {
    await embedded.client.command({ query: 'CREATE DATABASE IF NOT EXISTS `other db`' });
    const other = quietClient({ url: embedded.server.url, database: 'other db' });
    const result = await other.query({ query: 'SELECT currentDatabase() AS d', format: 'JSONEachRow' });
    expect(await result.json()).toEqual([{ d: 'other db' }]);
    await other.close();
  });
});

async function text(query: string): Promise<string> {
  const response = await fetch(embedded.server.url, { method: 'POST', body: query });
  expect(response.status).toBe(200);
  return response.text();
}

describe('query parameters', () => {
  const NASTY = 'it\'s "q" `b` \\ \\n \t\n\r \0 {x:String} ; -- /* é 😀 $$ %00 \\N';

  it.each([
    ['String', NASTY, NASTY],
    ['String', '', ''],
    ['UInt32', 4_294_967_295, 4_294_967_295],
    ['Int64', -9_223_372_036_854_775_808n, '-9223372036854775808'],
    ['UInt64', 18_446_744_073_709_551_615n, '18446744073709551615'],
    ['Float64', -1.5e300, -1.5e300],
    ['Bool', true, true],
    ["DateTime64(9,'UTC')", '2026-01-02 03:04:05.123456789', '2026-01-02 03:04:05.123456789'],
    ["DateTime64(3,'UTC')", new Date('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05.678'],
    ['Array(String)', [NASTY, "a','b", ''], [NASTY, "a','b", '']],
    ['Array(UInt64)', [1, 2], ['1', '2']],
    ['Map(String, String)', { [NASTY]: NASTY }, { [NASTY]: NASTY }],
    ['Nullable(String)', null, null],
    ['Array(Nullable(String))', ['a', null], ['a', null]],
    ['Tuple(UInt32, String)', new TupleParam([1, NASTY]), [1, NASTY]],
    ["Enum8('a' = 1, 'b' = 2)", 'b', 'b'],
    ['UUID', '61f0c404-5cb3-11e7-907b-a6006ad3dba0', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
  ])('%s round-trips (%#)', async (type, value, expected) => {
    const result = await embedded.client.query({
      query: `SELECT {value:${type}} AS value`,
      query_params: { value },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    });
    expect(await result.json()).toEqual([{ value: expected }]);
  });

  it('passes ids as hex and identifiers by name', async () => {
    const hex = '00ff5c27090a0d20deadbeefcafe0001';
    const query =
      'SELECT lower(hex(toFixedString(unhex({id:String}), 16))) AS id FROM {db:Identifier}.{table:Identifier}';
    expect(await embedded.rows(query, { id: hex, db: 'system', table: 'one' })).toEqual([{ id: hex }]);
  });

  it('sends parameters too long for a URL as a form', async () => {
    const values = Array.from({ length: 3000 }, (_, index) => `${index} ' \\ \r\n é`);
    const result = await embedded.client.query({
      query: 'SELECT {values:Array(String)} AS values',
      query_params: { values },
      format: 'JSONEachRow',
      use_multipart_params_auto: true,
    });
    expect(await result.json()).toEqual([{ values }]);
  });

  it('takes long statements and parameters in the URL', async () => {
    const value = 'v'.repeat(200_000);
    expect(await embedded.rows('SELECT length({v:String}) AS n', { v: value })).toEqual([{ n: 200_000 }]);
  });

  it('does not remember a parameter of an earlier request', async () => {
    await embedded.rows('SELECT {secret:String} AS s', { secret: 'x' });
    await expect(embedded.rows('SELECT {secret:String} AS s')).rejects.toMatchObject({
      code: '456',
      type: 'UNKNOWN_QUERY_PARAMETER',
    });
  });
});

describe('settings', () => {
  it('applies them to the one request', async () => {
    const ask = (clickhouse_settings = {}) =>
      embedded.client
        .query({
          query: "SELECT toUInt32(getSetting('max_block_size')) AS v",
          format: 'JSONEachRow',
          clickhouse_settings,
        })
        .then((result) => result.json<{ v: number }>());
    expect(await ask({ max_block_size: '1234' })).toEqual([{ v: 1234 }]);
    expect(await ask()).not.toEqual([{ v: 1234 }]);
  });

  it('shows log_comment and the query id in system.processes', async () => {
    const query =
      "SELECT Settings['log_comment'] AS tag, Settings['chdb_client_name'] AS id FROM system.processes WHERE query LIKE '%pr_ocesses%'";
    const log_comment = '{"tenant":"22","what":"it\'s"}';
    const query_id = randomUUID();
    const result = await embedded.client.query({
      query,
      format: 'JSONEachRow',
      query_id,
      clickhouse_settings: { log_comment },
    });
    expect(await result.json()).toContainEqual({ tag: log_comment, id: query_id });
    expect(result.query_id).toBe(query_id);
    expect(result.response_headers['x-clickhouse-query-id']).toBe(query_id);
  });

  it('keeps 40 concurrent queries apart', async () => {
    const ask = async (index: number) => {
      const result = await embedded.client.query({
        query:
          "SELECT {value:String} AS value, getSetting('log_comment') AS tag, sleep(0.05) AS s, count() AS c FROM numbers(1000)",
        query_params: { value: `value ${index}` },
        format: 'JSONEachRow',
        clickhouse_settings: index % 2 === 0 ? { log_comment: `tag ${index}` } : {},
      });
      return result.json();
    };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index)));
    answers.forEach((answer, index) => {
      expect(answer).toEqual([
        { value: `value ${index}`, tag: index % 2 === 0 ? `tag ${index}` : '', s: 0, c: 1000 },
      ]);
    });
  });
});
