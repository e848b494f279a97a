import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type MetricIdentity, metricDigest, resourceDigest, scopeDigest, seriesId } from './series-id.js';

const metric: MetricIdentity = {
  resource: resourceDigest([
    ['host', 'h1'],
    ['service.name', 'ü'],
  ]),
  scope: scopeDigest('meter', '1', []),
  name: 'requests',
  unit: '1',
  type: 2,
  temporality: 2,
  isMonotonic: true,
};
const idOf = (changes: Partial<MetricIdentity>, attributes: [string, string][] = [['route', '/']]) =>
  seriesId(metricDigest({ ...metric, ...changes }), attributes);
const sha256 = (...parts: (string | Uint8Array)[]): Buffer =>
  createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();

it('has exactly the documented bytes', () => {
  const resource = sha256('\x02\x04host\x02h1\x0cservice.name\x02ü');
  const scope = sha256('\x05meter\x011\x00');
  const digest = sha256(resource, scope, '\x08requests\x011', Uint8Array.of(2, 2, 1));
  expect(Buffer.from(metricDigest(metric))).toEqual(digest);
  expect(idOf({})).toBe(sha256(digest, '\x01\x05route\x01/').readBigUInt64LE(0));
});

it('stays the same in every release', () => {
  expect(idOf({})).toBe(15669770901689365548n);
});

it('has lengths of more than one byte', () => {
  const name = 'n'.repeat(300);
  const digest = sha256(metric.resource, metric.scope, Uint8Array.of(0xac, 0x02), name, '\x00\x01\x00\x00');
  const gauge = { ...metric, name, unit: '', type: 1, temporality: 0, isMonotonic: false };
  expect(Buffer.from(metricDigest(gauge))).toEqual(digest);
});

describe('two series are different when they differ in', () => {
  it.each<[string, Partial<MetricIdentity>]>([
    ['the resource', { resource: resourceDigest([['host', 'h2']]) }],
    ['the scope', { scope: scopeDigest('other', '1', []) }],
    ["the scope's version", { scope: scopeDigest('meter', '2', []) }],
    ["the scope's attributes", { scope: scopeDigest('meter', '1', [['a', 'b']]) }],
    ['the name', { name: 'request' }],
    ['the unit', { unit: 's' }],
    ['the type', { type: 1 }],
    ['the temporality', { temporality: 1 }],
    ['the monotonicity', { isMonotonic: false }],
  ])('%s', (_name, changes) => expect(idOf(changes)).not.toBe(idOf({})));

  it('the attributes', () => {
    const lists: [string, string][][] = [
      [],
      [['a', 'bc']],
      [['ab', 'c']],
      [
        ['a', ''],
        ['b', ''],
      ],
      [['route', '/']],
    ];
    expect(new Set(lists.map((attributes) => idOf({}, attributes))).size).toBe(lists.length);
  });
});
