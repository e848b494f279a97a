import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LogQueryService, TailLogsRequestSchema } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import type { Principal } from '../../../../lib/rpc/caller.js';
import { eventually } from '../../../_util/rest.js';
import { NANO_PER_SECOND, type QueryBed, startQueryBed } from '../fixture.js';
import { connectLogs, insertLogs, storeCalls } from './fixture.js';
import { Watcher } from './watcher.js';

const nowNano = () => BigInt(Date.now()) * 1_000_000n;

let bed: QueryBed;
let client: Client<typeof LogQueryService>;
beforeAll(async () => {
  bed = await startQueryBed();
  client = connectLogs(bed.url);
});
afterAll(() => bed.close());

const watchers: Watcher[] = [];
afterEach(async () => {
  await Promise.all(watchers.splice(0).map((watcher) => watcher.leave()));
});

function watch(
  principal: Partial<Principal>,
  request: MessageInitShape<typeof TailLogsRequestSchema> = {},
  from: Client<typeof LogQueryService> = client,
): Watcher {
  const watcher = new Watcher(async (signal) => from.tailLogs(request, await bed.as(principal, signal)));
  watchers.push(watcher);
  return watcher;
}

describe('a live tail', () => {
  it('shows what arrives, once, also what comes late, and nothing that was there before', async () => {
    const projectId = 20n;
    const at = (body: string, secondsAgo: bigint) => ({
      projectId,
      body,
      timeUnixNano: nowNano() - secondsAgo * NANO_PER_SECOND,
    });
    await insertLogs(bed, [at('before', 3n)]);
    const watcher = await watch({ projectId }).started();
    const copy = at('now', 0n);
    await insertLogs(bed, [copy]);
    await watcher.shows(1);
    await insertLogs(bed, [at('late', 60n), at('ahead', -60n), copy]);
    await watcher.shows(3);
    await insertLogs(bed, [at('last', 0n)]);
    expect(await watcher.shows(4)).toEqual(['now', 'late', 'ahead', 'last']);
    expect(watcher.dropped).toBe(0);
  });

  it('keeps to its filter, and to its tenant and project though all else is equal', async () => {
    const own = { tenantId: 5, projectId: 21n };
    const watcher = await watch(own, { filter: { serviceNames: ['shop'], bodyWords: ['paid'] } }).started();
    const record = { timeUnixNano: nowNano(), body: 'order paid', service: 'shop' };
    await insertLogs(bed, [
      { ...record, tenantId: 6, projectId: 21n },
      { ...record, tenantId: 5, projectId: 22n },
      { ...record, ...own, service: 'pay' },
      { ...record, ...own, body: 'order repaid' },
      { ...record, ...own, attributes: { own: 'yes' } },
    ]);
    await watcher.shows(1);
    await insertLogs(bed, [{ ...record, ...own, body: 'Paid: the last', timeUnixNano: nowNano() }]);
    expect(await watcher.shows(2)).toEqual(['order paid', 'Paid: the last']);
  });

  it('says how many records it had no room for', async () => {
    const projectId = 23n;
    const watcher = await watch({ projectId }).started();
    await bed.sql(`INSERT INTO gob_cell_default.logs (TenantId, ProjectId, Timestamp, Body)
      SELECT 1, ${projectId}, fromUnixTimestamp64Nano(${nowNano()} - number, 'UTC'), toString(number) FROM numbers(3000)`);
    await eventually(
      async () => watcher.bodies.length + watcher.dropped,
      (count) => count >= 3_000,
    );
    expect({ shown: watcher.bodies.length, dropped: watcher.dropped }).toEqual({
      shown: 500,
      dropped: 2_500,
    });
  });
});

describe('the cost of live tails', () => {
  const projectId = 30n;
  it('is one poll a second for all who watch the same', async () => {
    const service = await bed.start();
    const from = connectLogs(service.url);
    const all = await Promise.all(Array.from({ length: 5 }, () => watch({ projectId }, {}, from).started()));
    const startMs = performance.now();
    const before = await storeCalls(service, 'log_tail_counts');
    await insertLogs(bed, [{ projectId, timeUnixNano: nowNano(), body: 'for all' }]);
    for (const watcher of all) expect(await watcher.shows(1)).toEqual(['for all']);
    const polls = (await storeCalls(service, 'log_tail_counts')) - before;
    expect(polls).toBeLessThanOrEqual(Math.ceil((performance.now() - startMs) / 1_000) + 1);
    expect(await storeCalls(service, 'log_tail_rows')).toBe(1);
  });

  it('ends when the last one leaves', async () => {
    const service = await bed.start();
    const from = connectLogs(service.url);
    const [first, second] = [watch({ projectId }, {}, from), watch({ projectId }, {}, from)];
    await Promise.all([first.started(), second.started()]);
    await first.leave();
    const polls = await storeCalls(service, 'log_tail_counts');
    await eventually(
      () => storeCalls(service, 'log_tail_counts'),
      (count) => count > polls,
    );
    await second.leave();
    const atEnd = await storeCalls(service, 'log_tail_counts');
    const other = await watch({ projectId: 31n }, {}, from).started();
    await eventually(
      () => storeCalls(service, 'log_tail_counts'),
      (count) => count >= atEnd + 3,
    );
    await other.leave();
    // Three polls of the other one, and at most one of the ended one that was on its way.
    expect(await storeCalls(service, 'log_tail_counts')).toBeLessThanOrEqual(atEnd + 4);
  });

  it('leaves no query in ClickHouse when the caller goes away', async () => {
    const database = 'gob_cell_slow_tail';
    await bed.sql(`CREATE DATABASE ${database}`);
    await bed.sql(`CREATE VIEW ${database}.logs AS SELECT toUInt32(1) AS TenantId, toUInt64(1) AS ProjectId,
      now64(9) + sleepEachRow(0.2) AS Timestamp FROM numbers(200) SETTINGS max_block_size = 1`);
    const running = async () =>
      Number(
        await bed.sql(
          "SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE '%log_tail%' FORMAT TSV",
        ),
      );
    const watcher = watch({ database });
    await eventually(running, (count) => count === 1);
    await watcher.leave();
    await eventually(running, (count) => count === 0);
  });

  it('is bounded in memory: a caller that does not read loses records, and is told how many', async () => {
    const service = await bed.start();
    const leaving = new AbortController();
    const options = await bed.as({ projectId: 32n }, leaving.signal);
    const stream = connectLogs(service.url).tailLogs({}, options)[Symbol.asyncIterator]();
    expect((await stream.next()).value?.event.case).toBe('started');
    // Random, since the wire compresses.
    for (let batch = 1; batch <= 3; batch++) {
      await bed.sql(`INSERT INTO gob_cell_default.logs (TenantId, ProjectId, Timestamp, Body)
        SELECT 1, 32, fromUnixTimestamp64Nano(${nowNano()} + number, 'UTC'), randomPrintableASCII(16000) FROM numbers(400)`);
      await eventually(
        () => storeCalls(service, 'log_tail_rows'),
        (count) => count >= batch,
      );
    }
    let shown = 0;
    let dropped = 0;
    while (shown + dropped !== 1_200) {
      const event = (await stream.next()).value?.event;
      if (event?.case === 'records') shown += event.value.logs.length;
      if (event?.case === 'dropped') dropped += Number(event.value.count);
    }
    leaving.abort();
    expect(dropped).toBeGreaterThan(0);
  });

  it('is bounded by a number of tails for each tenant', async () => {
    const service = await bed.start({ queryTailMaxViewers: 1 });
    const from = connectLogs(service.url);
    const watcher = await watch({ projectId }, {}, from).started();
    const refused = await watch({ projectId: 31n }, {}, from).ended;
    expect(refused).toMatchObject({
      code: 'rate_limited',
      message: expect.stringMatching(/1 live tails; at most 1 .*QUERY_TAIL_MAX_VIEWERS/),
    });
    await watch({ tenantId: 2, projectId }, {}, from).started();
    await watcher.leave();
    await eventually(
      async () => {
        const next = watch({ projectId }, {}, from);
        return Promise.race([next.started().then(() => 'started'), next.ended]);
      },
      (outcome) => outcome === 'started',
    );
  });
});

describe('a stream', () => {
  const filter = { serviceNames: ['shop'] };
  const projectId = 40n;

  it('ends with a token, by which the next one goes on without a gap', async () => {
    const service = await bed.start({}, { tailLeaseMs: 700 });
    const from = connectLogs(service.url);
    const first = await watch({ projectId }, { filter }, from).started();
    expect(await first.ended).toBe('end');
    const last = first.events.at(-1);
    const resumeToken = last?.case === 'leaseEnded' ? last.value.resumeToken : '';
    expect(resumeToken).not.toBe('');
    await insertLogs(bed, [{ projectId, timeUnixNano: nowNano(), body: 'in between' }]);
    const foreign = [
      [{ projectId: 41n }, { filter, resumeToken }],
      [
        { projectId, tenantId: 2 },
        { filter, resumeToken },
      ],
      [{ projectId }, { resumeToken }],
    ] as const;
    for (const [principal, request] of foreign) {
      const other = await watch(principal, request, from).started();
      expect(other.events[0]?.value).toMatchObject({ resumed: false });
      await other.leave();
    }
    const next = await watch({ projectId }, { filter, resumeToken }, from).started();
    expect(next.events[0]?.value).toMatchObject({ resumed: true });
    // A lease may end before the poll that shows it.
    const shown = [next];
    while (shown.every((watcher) => watcher.bodies.length === 0)) {
      const current = shown.at(-1) ?? next;
      await current.ended;
      const end = current.events.at(-1);
      if (current.bodies.length > 0) break;
      const token = end?.case === 'leaseEnded' ? end.value.resumeToken : '';
      shown.push(watch({ projectId }, { filter, resumeToken: token }, from));
    }
    expect(shown.flatMap((watcher) => watcher.bodies)).toEqual(['in between']);
  });

  it('is refused before it begins when its filter is wrong', async () => {
    const bad = watch({ projectId }, { filter: { severityNumbers: [99] } });
    expect(await bad.ended).toMatchObject({ code: 'invalid_argument', field: 'filter.severity_numbers' });
    expect(await watch({ scopes: ['write_observability'] }).ended).toMatchObject({
      code: 'permission_denied',
    });
  });

  it('ends with the service, saying that another try will help', async () => {
    const service = await bed.start();
    const watcher = await watch({ projectId }, {}, connectLogs(service.url)).started();
    await service.close();
    expect(await watcher.ended).toMatchObject({ code: 'unavailable' });
  });

  it('ends with the error when ClickHouse cannot answer', async () => {
    expect(await watch({ database: 'gob_cell_nowhere' }).ended).toMatchObject({ code: 'unavailable' });
  });
});
