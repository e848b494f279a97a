import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type MetricIdentity, metricDigest, seriesId } from './series-id.js';

const metric: MetricIdentity = {
  resourceAttrs: [
    ['host', 'h1'],
    ['service.name', 'ü'],
  ],
  scopeName: 'meter',
  scopeVersion: '1',
  scopeAttrs: [],
  name: 'requests',
  unit: '1',
  type: 2,
  temporality: 2,
  isMonotonic: true,
};
const idOf = (changes: Partial<MetricIdentity>, attributes: [string, string][] = [['route', '/']]) =>
  seriesId(metricDigest({ ...metric, ...changes }), attributes);

it('has exactly the documented bytes', () => {
  const digest = createHash('sha256')
    .update('\x02\x04host\x02h1\x0cservice.name\x02ü')
    .update('\x05meter\x011\x00\x08requests\x011')
    .update(Uint8Array.of(2, 2, 1))
    .digest();
  expect(Buffer.from(metricDigest(metric))).toEqual(digest);
  const series = createHash('sha256').update(digest).update('\x01\x05route\x01/').digest();
  expect(idOf({})).toBe(series.readBigUInt64LE(0));
});

it('stays the same in every release', () => {
  expect(idOf({})).toBe(11701959864358929121n);
});

it('has lengths of more than one byte', () => {
  const name = 'n'.repeat(300);
  const digest = createHash('sha256')
    .update('\x00\x00\x00\x00')
    .update(Uint8Array.of(0xac, 0x02))
    .update(name)
    .update('\x00\x01\x00\x00')
    .digest();
  const plain = { resourceAttrs: [], scopeName: '', scopeVersion: '', scopeAttrs: [], unit: '' };
  const gauge = { ...plain, name, type: 1, temporality: 0, isMonotonic: false };
  expect(Buffer.from(metricDigest(gauge))).toEqual(digest);
});

describe('two series are different when they differ in', () => {
  it.each<[string, Partial<MetricIdentity>]>([
    ['the resource', { resourceAttrs: [['host', 'h2']] }],
    ['the scope', { scopeName: 'other' }],
    ["the scope's version", { scopeVersion: '2' }],
    ["the scope's attributes", { scopeAttrs: [['a', 'b']] }],
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
