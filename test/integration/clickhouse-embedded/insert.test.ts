import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEmbedded } from './harness.js';

const embedded = useEmbedded();

describe('insert and command', () => {
  it('inserts arrays and streams of objects, and raw text', async () => {
    await embedded.client.command({
      query: 'CREATE TABLE things (id UInt64, name String) ENGINE = MergeTree ORDER BY id',
    });
    const inserted = await embedded.client.insert({
      table: 'things',
      values: [{ id: 1, name: "o'\\\n\t" }],
      format: 'JSONEachRow',
    });
    expect(inserted.summary).toMatchObject({ written_rows: '1', result_rows: '1' });
    const objects = Readable.from(
      [
        { id: 2, name: 'é😀' },
        { id: 3, name: '' },
      ],
      { objectMode: true },
    );
    await embedded.client.insert({
      table: 'things',
      values: objects,
      format: 'JSONEachRow',
      columns: ['id', 'name'],
    });
    const csv = Readable.from(['4,"a,b"\n', '5,c\n'], { objectMode: false });
    await embedded.client.insert({ table: 'things', values: csv, format: 'CSV' });
    expect(await embedded.rows('SELECT name FROM things ORDER BY id')).toEqual(
      ["o'\\\n\t", 'é😀', '', 'a,b', 'c'].map((name) => ({ name })),
    );
  });

  it('runs INSERT … VALUES and INSERT … SELECT, and counts what they wrote', async () => {
    await embedded.client.command({
      query: 'CREATE TABLE made (a UInt64, s String) ENGINE = MergeTree ORDER BY a',
    });
    const values = await embedded.client.command({
      query: "INSERT INTO made (a, s) VALUES (1, 'x;y'), ({two:UInt64}, 'a'),\n(1 + 2, concat('b', 'c'))",
      query_params: { two: 2 },
    });
    expect(values.summary).toMatchObject({ written_rows: '3' });
    const selected = await embedded.client.command({
      query: "INSERT INTO made SELECT number + 10, 's' FROM numbers(5)",
    });
    expect(selected.summary).toMatchObject({ written_rows: '5' });
    expect(await embedded.rows('SELECT count() AS c, sum(a) AS a FROM made')).toEqual([{ c: 8, a: 66 }]);
  });

  it('takes data that follows the statement in the body', async () => {
    await embedded.client.command({ query: 'CREATE TABLE inline_data (a UInt64, s String) ENGINE = Memory' });
    await embedded.client.command({
      query: 'INSERT INTO inline_data FORMAT JSONEachRow {"a":1,"s":"é"}\n{"a":2,"s":";"}',
    });
    await embedded.client.command({
      query: 'INSERT INTO inline_data SETTINGS max_threads = 1 FORMAT TSV\n3\tx',
    });
    expect(await embedded.rows('SELECT s FROM inline_data ORDER BY a')).toEqual([
      { s: 'é' },
      { s: ';' },
      { s: 'x' },
    ]);
  });

  it('writes nothing when one row is bad', async () => {
    await embedded.client.command({ query: 'CREATE TABLE strict (a UInt64) ENGINE = MergeTree ORDER BY a' });
    const bad = embedded.client.insert({
      table: 'strict',
      values: [{ a: 1 }, { a: 'no number' }],
      format: 'JSONEachRow',
    });
    await expect(bad).rejects.toMatchObject({ code: '27' });
    await expect(bad).rejects.toThrow(/^(?!.*http-spool)/s);
    expect(await embedded.rows('SELECT count() AS c FROM strict')).toEqual([{ c: 0 }]);
  });
});

describe('the spans table', () => {
  const COLUMNS =
    'TenantId, Timestamp, TraceId, SpanId, ParentSpanId, ServiceName, SpanName, SpanKind, DurationNs, StatusCode, Attrs';

  beforeAll(async () => {
    for (const query of SPANS_SCHEMA) await embedded.client.command({ query });
  });

  function span(index: number): string {
    const id = index.toString(16).padStart(16, '0');
    return JSON.stringify({
      TenantId: 22,
      Timestamp: `2026-01-02 03:04:05.${String(index).padStart(9, '0')}`,
      TraceId: `trace-${String(index % 10).padStart(10, '0')}`,
      SpanId: id.slice(8),
      ParentSpanId: index < 10 ? '\0'.repeat(8) : '00000001',
      ServiceName: index % 2 === 0 ? 'shop' : 'pay',
      SpanName: 'GET /',
      SpanKind: 'Server',
      DurationNs: String(1000 + index),
      StatusCode: index % 25 === 0 ? 'Error' : 'Ok',
      Attrs: { 'http.route': '/cart', n: String(index) },
    });
  }

  async function insertSpans(token: string) {
    const body = Array.from({ length: 1000 }, (_, index) => span(index)).join('\n');
    const result = await embedded.client.exec({
      query: `INSERT INTO otel.spans (${COLUMNS}) FORMAT JSONEachRow`,
      values: Readable.from([body], { objectMode: false }),
      clickhouse_settings: {
        async_insert: 0,
        insert_deduplication_token: token,
        deduplicate_blocks_in_dependent_materialized_views: 1,
        materialized_views_ignore_errors: 0,
        wait_end_of_query: 1,
      },
    });
    for await (const _ of result.stream);
    return result.summary;
  }

  it('counts a block sent twice with its token once, in the views as well', async () => {
    // 1000 spans, and 10 traces in the view.
    expect(await insertSpans('segment-1')).toMatchObject({ written_rows: '1010' });
    await insertSpans('segment-1');
    const count =
      'SELECT count() AS spans, (SELECT sum(Spans) FROM otel.trace_summary) AS summed FROM otel.spans';
    expect(await embedded.rows(count)).toEqual([{ spans: 1000, summed: 1000 }]);
    await insertSpans('segment-2');
    expect(await embedded.rows(count)).toEqual([{ spans: 2000, summed: 2000 }]);
  });

  it('finds spans by the text index and shows that it was used', async () => {
    const where = "TenantId = 22 AND has(AttrItems, 'n=777')";
    const found = await embedded.rows(`SELECT DISTINCT HttpRoute, DurationNs FROM otel.spans WHERE ${where}`);
    expect(found).toEqual([{ HttpRoute: '/cart', DurationNs: 1777 }]);
    const plan = await embedded.rows(`EXPLAIN indexes = 1 SELECT count() FROM otel.spans WHERE ${where}`);
    expect(JSON.stringify(plan)).toContain('idx_attr');
  });

  it('drops a day', async () => {
    await embedded.client.command({ query: "ALTER TABLE otel.spans DROP PARTITION '2026-01-02'" });
    expect(await embedded.rows('SELECT count() AS c FROM otel.spans')).toEqual([{ c: 0 }]);
  });
});

const SPANS_SCHEMA = [
  'CREATE DATABASE otel',
  `CREATE TABLE otel.spans (
    TenantId UInt32, Timestamp DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    TraceId FixedString(16), SpanId FixedString(8), ParentSpanId FixedString(8),
    ServiceName LowCardinality(String), SpanName LowCardinality(String),
    SpanKind Enum8('Unspecified' = 0, 'Internal' = 1, 'Server' = 2, 'Client' = 3),
    DurationNs UInt64 CODEC(T64, ZSTD(1)), StatusCode Enum8('Unset' = 0, 'Ok' = 1, 'Error' = 2),
    Attrs Map(LowCardinality(String), String),
    HttpRoute LowCardinality(String) MATERIALIZED Attrs['http.route'],
    AttrItems Array(String) ALIAS arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(Attrs, 'Array(Tuple(String, String))')),
    INDEX idx_trace TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_attr AttrItems TYPE text(tokenizer = 'array')
  ) ENGINE = MergeTree PARTITION BY toDate(Timestamp)
  ORDER BY (TenantId, toStartOfHour(Timestamp), ServiceName, SpanName, Timestamp)
  SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)'`,
  `CREATE TABLE otel.trace_summary (
    TenantId UInt32, Hour DateTime('UTC'), TraceId FixedString(16),
    Spans SimpleAggregateFunction(sum, UInt64), Errors SimpleAggregateFunction(sum, UInt64),
    Services SimpleAggregateFunction(groupUniqArrayArray, Array(String))
  ) ENGINE = AggregatingMergeTree PARTITION BY toDate(Hour) ORDER BY (TenantId, Hour, TraceId)
  SETTINGS non_replicated_deduplication_window = 10000`,
  `CREATE MATERIALIZED VIEW otel.trace_summary_mv TO otel.trace_summary AS
  SELECT TenantId, toStartOfHour(Timestamp) AS Hour, TraceId, count() AS Spans, countIf(StatusCode = 'Error') AS Errors,
    groupUniqArray(toString(ServiceName)) AS Services
  FROM otel.spans GROUP BY TenantId, Hour, TraceId`,
];
