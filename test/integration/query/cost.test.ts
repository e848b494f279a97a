import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueryService } from '../../../services/query/service.js';
import { startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { eventually } from '../../_util/rest.js';
import { testServiceContext } from '../../_util/service-context.js';
import {
  connectQuery,
  errorOf,
  NANO_PER_SECOND,
  type QueryBed,
  startQueryBed,
  TEST_QUERY_CONFIG,
} from './fixture.js';

const HOUR = 3600n * NANO_PER_SECOND;
const NOW = BigInt(Date.now()) * 1_000_000n;
const LAST_DAY = { startUnixNano: NOW - 24n * HOUR, endUnixNano: NOW };

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed();
});
afterAll(() => bed.close());

describe('cost', () => {
  const SLOW = 'gob_cell_slow';
  beforeAll(async () => {
    await bed.sql(`CREATE DATABASE ${SLOW}`);
    // One row per block: ClickHouse lets one block sleep three seconds at most.
    await bed.sql(`CREATE VIEW ${SLOW}.service_operations AS SELECT toUInt32(1) AS TenantId, toUInt64(1) AS ProjectId, today() AS Day,
      toString(number + sleepEachRow(0.2)) AS ServiceName, '' AS SpanName FROM numbers(2000) SETTINGS max_block_size = 1`);
  });
  const running = async () =>
    Number(
      await bed.sql(
        "SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE '%service_names%' FORMAT TSV",
      ),
    );

  it('ends in ClickHouse when the caller goes away', async () => {
    const leaving = new AbortController();
    const patient = await bed.start({ queryMaxExecutionMs: 300_000 });
    const call = patient.client.listServices({}, await bed.as({ database: SLOW }, leaving.signal));
    const outcome = call.then(
      () => 'answered',
      (error) => ConnectError.from(error).code,
    );
    await eventually(running, (count) => count === 1);
    leaving.abort();
    expect(await outcome).toBe(Code.Canceled);
    await eventually(running, (count) => count === 0);
  });

  it('is bounded in time, with a sentence that helps', async () => {
    const hasty = await bed.start({ queryMaxExecutionMs: 600 });
    const error = await errorOf(hasty.client.listServices({}, await bed.as({ database: SLOW })));
    expect(error).toMatchObject({
      code: 'query_too_expensive',
      message: expect.stringMatching(
        /time budget \(limit 600 ms, QUERY_MAX_EXECUTION_TIME of the instance, measured \d+ ms\)\. Narrow/,
      ),
    });
    await eventually(running, (count) => count === 0);
  });

  it('is bounded in rows, with the limit named', async () => {
    const projectId = 70n;
    await bed.sql(`INSERT INTO gob_cell_default.spans (TenantId, ProjectId, Timestamp, TraceId, SpanId, ServiceName, SpanName)
      SELECT 1, ${projectId}, fromUnixTimestamp64Nano(${NOW - HOUR} + number, 'UTC'), unhex(leftPad(hex(number), 32, '0')), unhex(leftPad(hex(number), 16, '0')), 'a', 'b' FROM numbers(20000)`);
    const poor = await bed.start({ queryMaxRowsToRead: 1_000 });
    const error = await errorOf(poor.client.listTraces({ range: LAST_DAY }, await bed.as({ projectId })));
    expect(error).toMatchObject({
      code: 'query_too_expensive',
      message: expect.stringMatching(
        /rows.*\(limit 1000 rows.*measured \d{4,} rows\)\. Narrow the time range/,
      ),
    });
    const whole = await bed.client.listTraces({ range: LAST_DAY }, await bed.as({ projectId }));
    expect(whole.traces).toHaveLength(50);
  });
});

describe('without ClickHouse', () => {
  it('it listens, is not ready, says unavailable, and recovers by itself', async () => {
    const first = await startEmbeddedClickHouse();
    const { url } = first;
    await first.close();
    const context = testServiceContext();
    const service = await startQueryService({ ...TEST_QUERY_CONFIG, clickhouseUrl: url }, context, {
      fetchKeys: bed.signer.fetchKeys,
    });
    try {
      const client = connectQuery(service.url);
      const ask = async () => client.listServices({}, await bed.as());
      const error = await errorOf(ask());
      expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
      expect(error.message).not.toContain('127.0.0.1');
      expect(context.readiness.isReady).toBe(false);
      const second = await startEmbeddedClickHouse({ listen: new URL(url).host });
      await eventually(async () => context.readiness.isReady, Boolean);
      await second.close();
      await eventually(
        async () => context.readiness.isReady,
        (isReady) => !isReady,
      );
    } finally {
      await service.close();
    }
  });
});
