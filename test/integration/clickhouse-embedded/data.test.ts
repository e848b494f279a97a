import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { quietClient, useEmbedded } from './harness.js';

const embedded = useEmbedded();

/** Unsigned LEB128, as the Native format writes counts and lengths. */
function varUint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function nativeString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varUint(bytes.length), bytes]);
}

interface NativeColumn {
  readonly name: string;
  readonly type: string;
  readonly data: Buffer;
}

function nativeBlock(rowCount: number, columns: readonly NativeColumn[]): Buffer {
  const parts = columns.map(({ name, type, data }) =>
    Buffer.concat([nativeString(name), nativeString(type), data]),
  );
  return Buffer.concat([varUint(columns.length), varUint(rowCount), ...parts]);
}

async function insertNative(query: string, body: Buffer, settings = {}) {
  const values = Readable.from([body], { objectMode: false });
  const result = await embedded.client.exec({
    query: `${query} FORMAT Native`,
    values,
    clickhouse_settings: settings,
  });
  for await (const _ of result.stream);
  return result.summary;
}

describe('Native blocks', () => {
  // A block starts with its column count: 9, 10, 13 and 32 look like blanks and line ends to a text parser.
  it.each([1, 9, 10, 11, 12, 13, 32, 59])('inserts a block of %i columns', async (count) => {
    const names = Array.from({ length: count }, (_, index) => `c${index}`);
    await embedded.client.command({
      query: `CREATE TABLE wide${count} (${names.map((name) => `${name} UInt8`)}) ENGINE = Memory`,
    });
    const columns = names.map((name) => ({ name, type: 'UInt8', data: Buffer.from([10, 13, 32]) }));
    const summary = await insertNative(`INSERT INTO wide${count} (${names})`, nativeBlock(3, columns));
    expect(summary).toMatchObject({ written_rows: '3' });
    expect(await embedded.rows(`SELECT groupArray(c${count - 1}) AS v FROM wide${count}`)).toEqual([
      { v: [10, 13, 32] },
    ]);
  });

  it('keeps every byte of a string', async () => {
    await embedded.client.command({
      query: 'CREATE TABLE bytes (id UInt8, s String) ENGINE = MergeTree ORDER BY id',
    });
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const columns = [
      { name: 'id', type: 'UInt8', data: Buffer.from([1]) },
      { name: 's', type: 'String', data: nativeString(all) },
    ];
    await insertNative('INSERT INTO bytes (id, s)', nativeBlock(1, columns));
    expect(await embedded.rows('SELECT lower(hex(s)) AS hex FROM bytes')).toEqual([
      { hex: all.toString('hex') },
    ]);
  });

  it('inserts many megabytes sent in many chunks, and refuses half of them', async () => {
    await embedded.client.command({ query: 'CREATE TABLE large (n UInt64) ENGINE = MergeTree ORDER BY n' });
    const rowCount = 1_000_000;
    const data = Buffer.alloc(rowCount * 8);
    for (let row = 0; row < rowCount; row += 1) data.writeUInt32LE(row, row * 8);
    const body = nativeBlock(rowCount, [{ name: 'n', type: 'UInt64', data }]);
    await expect(
      insertNative('INSERT INTO large (n)', body.subarray(0, body.length / 2)),
    ).rejects.toMatchObject({ code: '33' });
    expect(await insertNative('INSERT INTO large (n)', body)).toMatchObject({ written_rows: '1000000' });
    expect(await embedded.rows('SELECT toUInt32(count()) AS c, max(n) AS m FROM large')).toEqual([
      { c: 1_000_000, m: 999_999 },
    ]);
  });

  it('gives Native back as it took it', async () => {
    const block = nativeBlock(2, [{ name: 'n', type: 'UInt8', data: Buffer.from([10, 32]) }]);
    const response = await fetch(
      `${embedded.server.url}/?query=SELECT+arrayJoin([10,32])+AS+n+FORMAT+Native`,
    );
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(block);
  });
});

describe('compression', () => {
  it('works both ways in the client', async () => {
    const zipped = quietClient({ url: embedded.server.url, compression: { request: true, response: true } });
    await zipped.command({ query: 'CREATE TABLE zipped (s String) ENGINE = Memory' });
    const values = Array.from({ length: 1000 }, (_, index) => ({ s: `row ${index}` }));
    const inserted = await zipped.insert({ table: 'zipped', values, format: 'JSONEachRow' });
    expect(inserted.summary).toMatchObject({ written_rows: '1000' });
    const result = await zipped.query({ query: 'SELECT s FROM zipped', format: 'JSONEachRow' });
    expect(result.response_headers['content-encoding']).toBe('gzip');
    expect(await result.json()).toEqual(values);
    // A result this large comes from a file.
    const large = await zipped.query({ query: 'SELECT number FROM numbers(300000)', format: 'JSONEachRow' });
    expect((await large.json()).length).toBe(300_000);
    await zipped.close();
  });

  it('compresses only when asked to, in a form the caller reads', async () => {
    const ask = async (flag: string, accept: string) =>
      (
        await fetch(`${embedded.server.url}/?query=SELECT+1&enable_http_compression=${flag}`, {
          headers: { 'accept-encoding': accept },
        })
      ).headers.get('content-encoding');
    expect(await ask('0', 'gzip')).toBeNull();
    expect(await ask('1', 'identity')).toBeNull();
    expect(await ask('1', 'zstd, gzip;q=0.5')).toBe('gzip');
    expect(await ask('1', 'br')).toBe('br');
  });

  it('refuses damaged and cut bodies without inserting', async () => {
    await embedded.client.command({ query: 'CREATE TABLE damaged (a UInt64) ENGINE = Memory' });
    const zipped = gzipSync(Array.from({ length: 1000 }, (_, index) => `${index}\n`).join(''));
    expect(gunzipSync(zipped).length).toBeGreaterThan(3000);
    const send = (body: Buffer, encoding: string) =>
      fetch(`${embedded.server.url}/?query=INSERT+INTO+damaged+FORMAT+TSV`, {
        method: 'POST',
        body,
        headers: { 'content-encoding': encoding },
      });
    const cut = await send(zipped.subarray(0, zipped.length - 20), 'gzip');
    expect(cut.headers.get('x-clickhouse-exception-code')).toBe('354');
    expect((await send(Buffer.from('not gzip'), 'gzip')).headers.get('x-clickhouse-exception-code')).toBe(
      '354',
    );
    expect((await send(zipped, 'snappy')).status).toBe(501);
    expect(await embedded.rows('SELECT count() AS c FROM damaged')).toEqual([{ c: 0 }]);
    expect((await send(zipped, 'gzip')).status).toBe(200);
    expect(await embedded.rows('SELECT count() AS c FROM damaged')).toEqual([{ c: 1000 }]);
  });
});
