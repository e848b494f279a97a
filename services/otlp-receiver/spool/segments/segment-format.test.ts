import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeHeader, encodeRecordHead, newSegmentHeader, recordMark } from './segment-format.js';
import { scanSegment } from './segment-scan.js';

const header = newSegmentHeader({ worker: 'w', database: 'd', table: 't', columns: ['A', 'B'] });
const mark = recordMark(header.id);
const metaOf = (index: number) => ({
  tenantId: index,
  signal: 'traces',
  items: 1,
  bytes: 100,
  rows: 1,
  days: [20_000],
});
const bodies = [randomBytes(100), randomBytes(0), randomBytes(3_000)];
const frames = bodies.map((body, index) =>
  Buffer.concat([encodeRecordHead(mark, metaOf(index), body), body]),
);
const head = encodeHeader(header);
const whole = Buffer.concat([head, ...frames]);
const scan = (bytes: Buffer) => scanSegment(bytes, { verify: true });
const bodiesOf = (bytes: Buffer) => scan(bytes)?.records.map(({ body }) => body);
const flipped = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0x10, at);
  return copy;
};

describe('a segment', () => {
  it('is read as it was written', () => {
    const scanned = scan(whole);
    expect(scanned).toMatchObject({ header, damage: 'none', soundBytes: whole.length });
    expect(scanned?.records.map(({ body }) => body)).toEqual(bodies);
    expect(scanned?.records.map((record) => record.meta())).toEqual([0, 1, 2].map(metaOf));
    expect(scanned?.records[1]?.offset).toBe(head.length + (frames[0]?.length ?? 0));
  });

  it('keeps every complete record wherever it is cut off', () => {
    const ends = frames.map((_, index) => Buffer.concat([head, ...frames.slice(0, index + 1)]).length);
    for (let length = head.length; length < whole.length; length += 7) {
      const scanned = scan(whole.subarray(0, length));
      const complete = ends.filter((end) => end <= length);
      const isAtAnEnd = length === head.length || complete.at(-1) === length;
      expect(scanned?.records.length).toBe(complete.length);
      expect(scanned?.damage).toBe(isAtAnEnd ? 'none' : 'torn');
      expect(scanned?.soundBytes).toBe(complete.at(-1) ?? head.length);
    }
    for (let length = 0; length < head.length; length += 5)
      expect(scan(whole.subarray(0, length))).toBeUndefined();
  });

  it('loses only the record that any flipped bit hits, and tells an end from a middle', () => {
    for (let at = head.length; at < whole.length; at += 3) {
      const scanned = scan(flipped(whole, at));
      const hit = scanned?.records.length === 2 && scanned.damage;
      expect(hit).toBe(at >= whole.length - (frames[2]?.length ?? 0) ? 'torn' : 'corrupt');
    }
    for (let at = 0; at < head.length; at++) expect(scan(flipped(whole, at))).toBeUndefined();
  });

  it('does not take up a frame that a tenant planted in a body', () => {
    const stranger = newSegmentHeader({ worker: 'w', database: 'd', table: 't', columns: ['A'] });
    const forged = encodeRecordHead(recordMark(stranger.id), metaOf(99), Buffer.from('x'));
    const body = Buffer.concat([Buffer.alloc(50), forged, Buffer.from('x')]);
    const bytes = Buffer.concat([head, encodeRecordHead(mark, metaOf(1), body), body, frames[0] ?? body]);
    const damaged = flipped(bytes, head.length + 90);
    expect(scan(damaged)?.damage).toBe('corrupt');
    expect(bodiesOf(damaged)).toEqual([bodies[0]]);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(5_000)],
    ['noise', randomBytes(5_000)],
    ['text', Buffer.from('GOBSPOOL of another kind, long enough to hold a frame and more')],
  ])('is not %s', (_name, bytes) => expect(scan(bytes)).toBeUndefined());
});
