import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogFilterSchema } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { Random } from '../../../_util/random.js';
import { bytesOf, startQueryBed, toHex, traceIdOf } from '../fixture.js';
import {
  bodiesOf,
  connectLogs,
  HOUR,
  insertLogs,
  type LogBed,
  MINUTE,
  searchAll,
  type TestLog,
} from './fixture.js';

type Filter = MessageInitShape<typeof LogFilterSchema>;

const NOW = BigInt(Date.now()) * 1_000_000n;

let logBed: LogBed;
beforeAll(async () => {
  const bed = await startQueryBed();
  logBed = { bed, client: connectLogs(bed.url) };
});
afterAll(() => logBed.bed.close());

describe('a search', () => {
  const projectId = 10n;
  const random = new Random(7);
  const pick = <T>(values: readonly T[]): T => random.pick(values);
  // Some at the same instant, some in the same bucket, some days apart; each body is another one.
  const times = [0n, 1n, MINUTE, 4n * MINUTE, 6n * MINUTE, 50n * MINUTE, 5n * HOUR, 20n * HOUR, 100n * HOUR];
  const logs = Array.from({ length: 150 }, (_, index): TestLog => {
    const severityNumber = pick([0, 1, 9, 13, 17, 24]);
    return {
      projectId,
      timeUnixNano: NOW - pick(times),
      body: `record ${index}: ${pick(['Connection refused', 'connection_reset by peer', 'ok'])} <${pick(['x', "o'b"])}>`,
      service: pick(['shop', 'pay', "o'brien \\ söhne", '']),
      severityNumber,
      traceId: pick([traceIdOf(1), traceIdOf(2), '0'.repeat(32)]),
      spanId: pick(['00aa11bb22cc33dd', '0'.repeat(16)]),
      traceFlags: pick([0, 1, 255]),
      attributes: pick<Record<string, string>>([
        {},
        { 'user.id': '7' },
        { 'user.id': '7', 'a=b': 'c' },
        { a: 'b=c', empty: '' },
      ]),
      resource: pick<Record<string, string>>([{ 'host.name': 'h1' }, { 'host.name': '' }, {}]),
    };
  });
  beforeAll(async () => {
    await insertLogs(logBed.bed, logs.slice(0, 70));
    await insertLogs(logBed.bed, logs.slice(70));
  });

  const lower = (log: TestLog) => (log.body ?? '').toLowerCase();
  const words = (log: TestLog) => lower(log).split(/[^a-z0-9]+/);
  const filters: Readonly<Record<string, readonly [Filter, (log: TestLog) => boolean]>> = {
    nothing: [{}, () => true],
    services: [{ serviceNames: ['pay', ''] }, (log) => log.service === 'pay' || log.service === ''],
    'a service with quotes': [
      { serviceNames: ["o'brien \\ söhne"] },
      (log) => log.service?.startsWith('o') === true,
    ],
    'not some services': [
      { notServiceNames: ['pay', 'shop'] },
      (log) => log.service !== 'pay' && log.service !== 'shop',
    ],
    severities: [
      { severityNumbers: [0, 17] },
      (log) => log.severityNumber === 0 || log.severityNumber === 17,
    ],
    'not some severities': [
      { notSeverityNumbers: [9, 13] },
      (log) => log.severityNumber !== 9 && log.severityNumber !== 13,
    ],
    'severities between': [
      { aboveSeverityNumber: 9, belowSeverityNumber: 24 },
      (log) => (log.severityNumber ?? 0) > 9 && (log.severityNumber ?? 0) < 24,
    ],
    'a trace': [{ traceIds: [bytesOf(traceIdOf(1))] }, (log) => log.traceId === traceIdOf(1)],
    'a span': [{ spanIds: [bytesOf('00aa11bb22cc33dd')] }, (log) => log.spanId === '00aa11bb22cc33dd'],
    flags: [{ traceFlags: [1, 255] }, (log) => log.traceFlags !== 0],
    'not flags': [{ notTraceFlags: [1] }, (log) => log.traceFlags !== 1],
    'an attribute': [
      { attributes: [{ name: 'user.id', value: '7' }] },
      (log) => log.attributes?.['user.id'] === '7',
    ],
    'an attribute whose name has an equals sign': [
      { attributes: [{ name: 'a=b', value: 'c' }] },
      (log) => log.attributes?.['a=b'] === 'c',
    ],
    'an attribute whose value has one': [
      { attributes: [{ name: 'a', value: 'b=c' }] },
      (log) => log.attributes?.a === 'b=c',
    ],
    'an empty attribute': [
      { attributes: [{ name: 'empty', value: '' }] },
      (log) => log.attributes?.empty === '',
    ],
    'two attributes': [
      {
        attributes: [
          { name: 'user.id', value: '7' },
          { name: 'a=b', value: 'c' },
        ],
      },
      (log) => log.attributes?.['a=b'] === 'c',
    ],
    'an attribute of the resource': [
      { resourceAttributes: [{ name: 'host.name', value: 'h1' }] },
      (log) => log.resource?.['host.name'] === 'h1',
    ],
    'an empty attribute of the resource': [
      { resourceAttributes: [{ name: 'host.name', value: '' }] },
      (log) => log.resource?.['host.name'] === '',
    ],
    'words in any order and case': [
      { bodyWords: ['REFUSED connection'] },
      (log) => words(log).includes('refused'),
    ],
    'words of several texts': [
      { bodyWords: ['connection', 'peer'] },
      (log) => words(log).includes('connection') && words(log).includes('peer'),
    ],
    'part of a word': [{ bodyWords: ['connect'] }, () => false],
    'not a word': [{ notBodyWords: ['Connection'] }, (log) => !words(log).includes('connection')],
    'a text without words': [{ bodyWords: ['<'], notBodyWords: ["'"] }, (log) => !lower(log).includes("'")],
    'a text': [{ bodyContains: ['TION ref'] }, (log) => lower(log).includes('tion ref')],
    'a text with whole words in it': [
      { bodyContains: ['n_reset BY p'] },
      (log) => lower(log).includes('n_reset by p'),
    ],
    'not a text': [{ notBodyContains: ['_RESET'] }, (log) => !lower(log).includes('_reset')],
    'an attempt at SQL': [{ serviceNames: ["x' OR 1=1 --"], bodyContains: ["' OR '1'='1"] }, () => false],
    'several at once': [
      { serviceNames: ['shop', 'pay'], bodyWords: ['connection'], notSeverityNumbers: [9] },
      (log) =>
        ['shop', 'pay'].includes(log.service ?? '') &&
        words(log).includes('connection') &&
        log.severityNumber !== 9,
    ],
  };

  for (const [name, [filter, matches]] of Object.entries(filters)) {
    it(`for ${name} finds what it should, newest first`, async () => {
      const range = { startUnixNano: NOW - 200n * HOUR, endUnixNano: NOW - 1n };
      const found = await searchAll(logBed, projectId, { range, filter, pageSize: 1_000 });
      const expected = logs.filter((log) => log.timeUnixNano < NOW && matches(log));
      expect(bodiesOf(found).sort()).toEqual(expected.map((log) => log.body).sort());
      const fingerprints = found.map((log) => toHex(log.fingerprint));
      expect(fingerprints).toEqual([...fingerprints].sort().reverse());
    });
  }

  it('gives the same listing whatever the page size, also within one instant', async () => {
    const range = { startUnixNano: NOW - 200n * HOUR, endUnixNano: NOW };
    const inOne = await searchAll(logBed, projectId, { range, pageSize: 1_000 });
    expect(inOne).toHaveLength(150);
    expect(bodiesOf(await searchAll(logBed, projectId, { range, pageSize: 60 }))).toEqual(bodiesOf(inOne));
    const instant = { startUnixNano: NOW, endUnixNano: NOW };
    const atOnce = inOne.filter((log) => log.timeUnixNano === NOW);
    expect(atOnce.length).toBeGreaterThan(4);
    expect(bodiesOf(await searchAll(logBed, projectId, { range: instant, pageSize: 4 }))).toEqual(
      bodiesOf(atOnce),
    );
  });

  it('takes exact instants, to the nanosecond, both ends included', async () => {
    const at = (start: bigint, end: bigint) =>
      searchAll(logBed, projectId, { range: { startUnixNano: start, endUnixNano: end } });
    const count = (time: bigint) => logs.filter((log) => log.timeUnixNano === time).length;
    expect(await at(NOW, NOW)).toHaveLength(count(NOW));
    expect(await at(NOW - 1n, NOW - 1n)).toHaveLength(count(NOW - 1n));
    expect(await at(NOW - 1n, NOW)).toHaveLength(count(NOW) + count(NOW - 1n));
    expect(await at(NOW - 2n, NOW - 2n)).toEqual([]);
  });

  it('finds each record by its fingerprint alone', async () => {
    const all = await searchAll(logBed, projectId, {
      range: { startUnixNano: NOW - 200n * HOUR, endUnixNano: NOW },
    });
    expect(new Set(all.map((log) => toHex(log.fingerprint))).size).toBe(150);
    const wanted = [all[3], all[90]].flatMap((log) => log ?? []);
    const filter = { fingerprints: wanted.map((log) => log.fingerprint) };
    expect(bodiesOf(await searchAll(logBed, projectId, { filter }))).toEqual(bodiesOf(wanted));
  });
});
