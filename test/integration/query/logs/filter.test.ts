import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, spanIdOf, startQueryBed, traceIdOf } from '../fixture.js';
import {
  bodiesOf,
  connectLogs,
  insertLogs,
  type LogBed,
  MINUTE,
  searchAll,
  type TestLog,
} from './fixture.js';
import { Watcher } from './watcher.js';

const NOW = BigInt(Date.now()) * 1_000_000n;
const START = NOW - 10n * MINUTE;
const RANGE = { startUnixNano: START - 1n, endUnixNano: START + MINUTE };

const refused = 'Connection REFUSED by db';
const slow = 'took 12345 ms, unrefused';
const timedOut = 'timed out: again';

const RECORDS: readonly Omit<TestLog, 'timeUnixNano'>[] = [
  {
    body: refused,
    severityNumber: 17,
    severityText: 'Error',
    traceId: traceIdOf(1),
    attributes: { 'user.id': '31', 'http.status_code': '200' },
    resource: { 'host.name': 'h1' },
  },
  {
    body: slow,
    severityNumber: 9,
    traceId: traceIdOf(2),
    spanId: spanIdOf(2),
    attributes: { 'http.status_code': '503' },
    resource: { 'host.name': 'h2' },
  },
  { body: timedOut, severityNumber: 13, severityText: 'Warn', service: 'pay', eventName: 'job.failed' },
];
/** Newest last. */
const LOGS = RECORDS.map((log, index) => ({ ...log, timeUnixNano: START + BigInt(index) }));

/** What each example of the documentation finds. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'severity >= warn': [timedOut, refused],
  'severity IN (error, fatal)': [refused],
  refused: [refused],
  'refused OR "timed out"': [timedOut, refused],
  'severity > info AND NOT refused': [timedOut],
  'service = shop (severity = error OR http.status_code >= 500)': [slow, refused],
  'log.user.id = 31': [refused],
  'NOT log.user.id EXISTS': [timedOut, slow],
  'resource.host.name != h1': [timedOut, slow],
  'scope_name =~ "^lib"': [],
  'trace_id EXISTS AND NOT span_id EXISTS': [refused],
  'body =~ "took [0-9]{4,} ms"': [slow],
};

/** What the words of the documentation promise beside its examples. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  '': [timedOut, slow, refused],
  'severity < 13': [slow],
  'severity = ERROR': [refused],
  'severity_text = Warn': [timedOut],
  'NOT Refused': [timedOut, slow],
  'NOT (refused OR "took 12345")': [timedOut],
  '"refused BY d"': [refused],
  'out:': [timedOut],
  '"unref"': [],
  '"unref" OR ", unref"': [slow],
  'event_name = job.failed': [timedOut],
  'scope_name = scope refused': [refused],
  [`trace_id = ${traceIdOf(2)}`]: [slow],
  'http.status_code < 500': [refused],
  'trace_flags = 0 connection': [refused],
};

let logBed: LogBed;
beforeAll(async () => {
  const bed = await startQueryBed();
  logBed = { bed, client: connectLogs(bed.url) };
  await insertLogs(bed, LOGS);
  // For `http.status_code >= 500`: insertLogs says nothing about numbers.
  await bed.sql(
    `ALTER TABLE gob_cell_default.logs UPDATE AttrsNum = mapApply((k, v) -> (k, toFloat64(v)), mapFilter((k, v) -> k != '', Attrs)) WHERE 1 SETTINGS mutations_sync = 1`,
  );
});
afterAll(() => logBed.bed.close());

const find = async (expression: string) =>
  bodiesOf(await searchAll(logBed, 1n, { range: RANGE, filter: { expression }, pageSize: 2 }));

describe('filters of log records', () => {
  it('of the documentation are all tried here', () => {
    const page = readFileSync('docs/filter-grammar.md', 'utf8');
    const [, section = ''] = /\n## Log records\n(.*?)\n## /s.exec(page) ?? [];
    const [, examples = ''] = /\| Filter \| Finds records \|\n(.*)/s.exec(section) ?? [];
    const filters = [...examples.matchAll(/^\| `(.+?)` \|/gm)].map((match) => match[1]);
    expect(filters).toEqual(Object.keys(EXAMPLES));
  });

  it.each(Object.entries({ ...EXAMPLES, ...FURTHER }))('%s', async (expression, bodies) => {
    expect(await find(expression)).toEqual(bodies);
  });

  it('hold together with the other fields', async () => {
    const filter = { serviceNames: ['shop'], expression: 'refused OR timed' };
    expect(bodiesOf(await searchAll(logBed, 1n, { range: RANGE, filter }))).toEqual([refused]);
  });

  it('say which records are summed up', async () => {
    const filter = { expression: 'severity >= warn OR "took 12345"' };
    const options = await logBed.bed.as();
    const all = await logBed.client.summarizeLogs({ range: RANGE, filter }, options);
    expect([...all.serviceNames].sort()).toEqual(['pay', 'shop']);
    const one = await logBed.client.summarizeLogs({ range: RANGE, filter: { expression: 'timed' } }, options);
    expect(one.serviceNames).toEqual(['pay']);
  });

  it('say which records a live tail shows', async () => {
    const filter = { expression: 'severity >= warn AND (late OR NOT service = shop)' };
    const watcher = await new Watcher(async (signal) =>
      logBed.client.tailLogs({ filter }, await logBed.bed.as({}, signal)),
    ).started();
    const record = { timeUnixNano: BigInt(Date.now()) * 1_000_000n, severityNumber: 13 };
    await insertLogs(logBed.bed, [
      { ...record, body: 'too quiet and late', severityNumber: 9 },
      { ...record, body: 'something else' },
      { ...record, body: 'Late, and a warning' },
      { ...record, body: 'of another service', service: 'pay' },
    ]);
    expect((await watcher.shows(2)).sort()).toEqual(['Late, and a warning', 'of another service']);
    await watcher.leave();
  });

  it.each([
    ['severity >= loud', 'severity: expected a number or one of trace, trace2'],
    ['severity =~ warn', 'is a number'],
    ['duration > 1s', '"duration" is not a field. Expected one of service, severity,'],
    ['service =', 'expected a value, found the end'],
  ])('that cannot be read are refused with the place: %s', async (expression, message) => {
    const error = await errorOf(find(expression));
    expect(error).toMatchObject({ code: 'invalid_argument', field: 'filter' });
    expect(error.message).toContain(message);
  });
});
