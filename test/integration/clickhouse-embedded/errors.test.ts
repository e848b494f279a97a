import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { ClickHouseError } from '@clickhouse/client';
import { describe, expect, it } from 'vitest';
import { startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { quietClient, useEmbedded } from './harness.js';

const embedded = useEmbedded({
  env: { CLICKHOUSE_EMBEDDED_MAX_BODY: '1MiB', CLICKHOUSE_EMBEDDED_MAX_RESULT: '32MiB' },
});
const ENDLESS = 'SELECT sum(sipHash64(number)) FROM system.numbers';

describe('exceptions', () => {
  it.each([
    ['SELEC 1', 400, 62, 'SYNTAX_ERROR'],
    ['', 400, 62, 'SYNTAX_ERROR'],
    ['SELECT 1; SELECT 2', 400, 62, 'SYNTAX_ERROR'],
    ['SELECT nope', 404, 47, 'UNKNOWN_IDENTIFIER'],
    ['SELECT nope()', 404, 46, 'UNKNOWN_FUNCTION'],
    ['SELECT * FROM nope', 404, 60, 'UNKNOWN_TABLE'],
    ['SELECT * FROM nope.nope', 404, 81, 'UNKNOWN_DATABASE'],
    ['SELECT throwIf(1)', 500, 395, 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
    ["SELECT toUInt8('x')", 400, 6, 'CANNOT_PARSE_TEXT'],
    ['INSERT INTO t (a) ', 400, 62, 'SYNTAX_ERROR'],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", 500, 358, 'INTO_OUTFILE_NOT_ALLOWED'],
    ["INSERT INTO t FROM INFILE '/etc/passwd' FORMAT TSV", 404, 78, 'UNKNOWN_TYPE_OF_QUERY'],
    ['SELECT 1 SETTINGS nope = 1', 404, 115, 'UNKNOWN_SETTING'],
  ])('%s is HTTP %i with code %i', async (query, status, code, type) => {
    const response = await fetch(embedded.server.url, { method: 'POST', body: query });
    const body = await response.text();
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([
      status,
      String(code),
    ]);
    expect(body).toMatch(
      new RegExp(
        `^Code: ${code}\\. DB::Exception: [^]*\\(${type}\\) \\(version [\\d.]+ \\(official build\\)\\)\\n$`,
      ),
    );
    expect(body.match(/DB::Exception/g)).toHaveLength(1);
  });

  it.each(['a b', '[::1', 'x:99999', '%', '@'])('of the Host header %j is HTTP 400', async (host) => {
    const { hostname, port } = new URL(embedded.server.url);
    const asking = request({ host: hostname, port, path: '/?query=SELECT+1', headers: { host } }).end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers['x-clickhouse-exception-code']]).toEqual([400, '36']);
  });

  it('reach the caller of the client as ClickHouseError', async () => {
    const failed = embedded.rows('SELECT throwIf(number = 300000) FROM numbers(1000000)');
    await expect(failed).rejects.toBeInstanceOf(ClickHouseError);
    await expect(failed).rejects.toMatchObject({ code: '395', type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' });
  });

  it('name unknown settings and settings of the wrong type', async () => {
    const ask = (setting: string) =>
      fetch(`${embedded.server.url}/?query=SELECT+1&${setting}`).then((r) =>
        r.headers.get('x-clickhouse-exception-code'),
      );
    expect(await ask('no_such_setting=1')).toBe('115');
    expect(await ask('no%20such=1')).toBe('115');
    expect(await ask('max_threads=many')).not.toBeNull();
  });

  it('say what is not supported', async () => {
    for (const parameter of ['session_id=x', 'role=x', 'compress=1', 'decompress=1']) {
      const response = await fetch(`${embedded.server.url}/?query=SELECT+1&${parameter}`, { method: 'POST' });
      expect([parameter, response.status]).toEqual([parameter, 501]);
      expect(await response.text()).toContain('not supported');
    }
  });
});

describe('limits', () => {
  it('stops a statement at max_execution_time', async () => {
    const late = embedded.client.query({ query: ENDLESS, clickhouse_settings: { max_execution_time: 0.3 } });
    await expect(late).rejects.toMatchObject({ code: '159', type: 'TIMEOUT_EXCEEDED' });
  });

  it('keeps GET read-only', async () => {
    const response = await fetch(`${embedded.server.url}/?query=CREATE+TABLE+x+(a+UInt8)+ENGINE=Memory`);
    expect(response.headers.get('x-clickhouse-exception-code')).toBe('164');
  });

  it('refuses a body over the limit, without inserting, and cleans up', async () => {
    await embedded.client.command({ query: 'CREATE TABLE bodies (s String) ENGINE = Memory' });
    const response = await fetch(`${embedded.server.url}/?query=INSERT+INTO+bodies+FORMAT+TSV`, {
      method: 'POST',
      body: 'x\n'.repeat(600_000),
    });
    expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('1048576 bytes')]);
    expect(await embedded.rows('SELECT count() AS c FROM bodies')).toEqual([{ c: 0 }]);
    expect(await readdir(join(embedded.server.dataDir, 'http-spool'))).toEqual([]);
  });

  it('refuses a result over the limit, in memory or not', async () => {
    await expect(embedded.rows('SELECT number FROM numbers(100000000)')).rejects.toMatchObject({
      code: '396',
    });
    const ownLimit = embedded.client.query({
      query: 'SELECT number FROM numbers(100)',
      clickhouse_settings: { max_result_rows: '10' },
    });
    await expect(ownLimit).rejects.toMatchObject({ code: '396' });
    expect(await readdir(join(embedded.server.dataDir, 'http-spool'))).toEqual([]);
  });

  it('does not cut a result at limits of its own when the caller asked for break', async () => {
    const result = await embedded.client.query({
      query: 'SELECT number FROM numbers(1000000)',
      format: 'JSONEachRow',
      clickhouse_settings: {
        max_result_rows: '300000',
        result_overflow_mode: 'break',
        max_block_size: '100000',
      },
    });
    expect((await result.json()).length).toBe(300_000);
  });
});

describe('who may enter', () => {
  it('keeps web pages out when there is no password', async () => {
    const page = await fetch(`${embedded.server.url}/?query=SELECT+1`, {
      headers: { Origin: 'http://evil.example' },
    });
    expect([page.status, page.headers.get('x-clickhouse-exception-code')]).toEqual([403, '516']);
    const rebound = request(`${embedded.server.url}/?query=SELECT+1`, {
      headers: { Host: 'evil.example' },
    }).end();
    const [response] = await once(rebound, 'response');
    response.resume();
    expect(response.statusCode).toBe(403);
  });

  it('asks for the password in any of ClickHouse’s forms', async () => {
    const guarded = await startEmbeddedClickHouse({
      env: { CLICKHOUSE_EMBEDDED_USER: 'gob', CLICKHOUSE_EMBEDDED_PASSWORD: 'geheim:ä' },
    });
    const url = `${guarded.url}/?query=SELECT+1`;
    const ask = async (target: string, headers = {}) => (await fetch(target, { headers })).status;
    expect(await ask(url)).toBe(403);
    expect(await ask(url, { 'X-ClickHouse-User': 'gob', 'X-ClickHouse-Key': 'wrong' })).toBe(403);
    expect(
      await ask(url, { 'X-ClickHouse-User': 'other', 'X-ClickHouse-Key': encodeURIComponent('x') }),
    ).toBe(403);
    expect(await ask(`${url}&user=gob&password=${encodeURIComponent('geheim:ä')}`)).toBe(200);
    expect(await ask(`${guarded.url}/ping`)).toBe(200);
    const right = quietClient({ url: guarded.url, username: 'gob', password: 'geheim:ä' });
    expect(await right.ping({ select: true })).toEqual({ success: true });
    // As on a server, health is nobody's secret.
    expect(await ask(`${guarded.url}/replicas_status`)).toBe(200);
    const wrong = quietClient({ url: guarded.url, username: 'gob', password: 'falsch' });
    await expect(wrong.query({ query: 'SELECT 1' })).rejects.toMatchObject({
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    });
    await Promise.all([right.close(), wrong.close()]);
    await guarded.close();
  });
});
