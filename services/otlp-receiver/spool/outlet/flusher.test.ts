import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../lib/errors/app-error.js';
import { Registry } from '../../../../lib/telemetry/metrics.js';
import { type SealedSegment, SHARED_LANE } from '../segments/segment.js';
import { createSpoolMetrics } from '../spool-metrics.js';
import { Flusher } from './flusher.js';
import { SegmentUnreadable } from './send-segment.js';

const segment = (table: string, name: string, lane = SHARED_LANE, database = 'd'): SealedSegment => ({
  lane,
  path: name,
  header: { id: name, database, table, columns: ['A'], token: name, createdUnixMs: 1 },
  durableBytes: 1,
  sums: [],
  verify: false,
});

function startFlusher(send: (name: string, signal: AbortSignal) => Promise<void>) {
  const stored: string[] = [];
  const unreadable: string[] = [];
  const flusher = new Flusher({
    send: (queued, signal) => send(queued.segment.path, signal),
    onStored: async ({ path }) => void stored.push(path),
    onUnreadable: async ({ path }) => void unreadable.push(path),
    maxPerTable: 2,
    maxPerService: 3,
    metrics: createSpoolMetrics(new Registry()),
    logger: pino({ level: 'silent' }),
  });
  return { flusher, stored, unreadable };
}

describe('flushing', () => {
  it('runs so many inserts per table and in all, and gives every table its turn', async () => {
    const started: string[] = [];
    let finish: (() => void)[] = [];
    const { flusher, stored } = startFlusher((name) => {
      started.push(name);
      return new Promise((resolve) => finish.push(resolve));
    });
    for (const name of ['a1', 'a2', 'a3', 'a4']) flusher.add(segment('a', name));
    for (const name of ['b1', 'b2']) flusher.add(segment('b', name));
    expect(started).toEqual(['a1', 'a2', 'b1']);
    expect(flusher.canTake(segment('c', 'next'))).toBe(false);
    while (stored.length < 6) {
      for (const done of finish.splice(0)) done();
      finish = [];
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stored.sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2']);
    expect(flusher.canTake(segment('a', 'next'))).toBe(true);
    await flusher.close(1_000);
  });

  it('gives every lane of a table its turn, so that a backlog is waited for by its owner alone', async () => {
    const started: string[] = [];
    const finish: (() => void)[] = [];
    const { flusher, stored } = startFlusher((name) => {
      started.push(name);
      return new Promise((resolve) => finish.push(resolve));
    });
    for (let count = 0; count < 50; count++) flusher.add(segment('a', `heavy${count}`, 1));
    const shared = segment('a', 'shared');
    expect(flusher.canTake(shared)).toBe(true);
    flusher.add(shared);
    flusher.add(segment('a', 'other', 2));
    // The first of its lane stands there, so what comes next of it may grow.
    expect(flusher.canTake(segment('a', 'more'))).toBe(false);
    for (let turn = 0; turn < 3; turn++) {
      for (const done of finish.splice(0)) done();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Two were running, and each other lane had one turn.
    expect(started.indexOf('shared')).toBeLessThan(5);
    expect(started.indexOf('other')).toBeLessThan(5);
    while (stored.length < 52) {
      for (const done of finish.splice(0)) done();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await flusher.close(1_000);
  });

  it('tries again for ever, others first, and a table in trouble holds up no other', async () => {
    const tries = new Map<string, number>();
    const { flusher, stored, unreadable } = startFlusher(async (name) => {
      tries.set(name, (tries.get(name) ?? 0) + 1);
      if (name === 'gone') throw new SegmentUnreadable('gone');
      if (name === 'poor' && (tries.get(name) ?? 0) < 4) throw new AppError('unavailable', 'away');
    });
    for (const name of ['poor', 'a1', 'a2', 'gone']) flusher.add(segment('a', name));
    flusher.add(segment('b', 'b1'));
    await expect.poll(() => stored.length).toBeGreaterThan(0);
    expect(stored).toContain('b1');
    await expect.poll(() => stored, { timeout: 5_000 }).toContain('poor');
    expect([...stored].sort()).toEqual(['a1', 'a2', 'b1', 'poor']);
    expect(unreadable).toEqual(['gone']);
    expect(tries.get('a1')).toBe(1);
    await flusher.close(1_000);
  });

  it('a service that hangs takes no turn of another', async () => {
    const { flusher, stored } = startFlusher((name, signal) =>
      name.startsWith('eu')
        ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve(),
    );
    for (const table of ['a', 'b', 'c', 'e'])
      flusher.add(segment(table, `eu ${table}`, SHARED_LANE, 'd@eu2'));
    for (const table of ['a', 'b', 'c', 'e']) flusher.add(segment(table, table));
    await expect.poll(() => [...stored].sort()).toEqual(['a', 'b', 'c', 'e']);
    expect(flusher.segments).toBe(4);
    await flusher.close(0);
  });

  it('stops without waiting for a store that is away', async () => {
    const { flusher } = startFlusher(() => Promise.reject(new AppError('unavailable', 'away')));
    flusher.add(segment('a', 'away'));
    await new Promise((resolve) => setImmediate(resolve));
    const beforeMs = performance.now();
    await flusher.close(5_000);
    expect(performance.now() - beforeMs).toBeLessThan(1_000);
    expect(flusher.segments).toBe(1);
  });

  it('waits its time for what runs, then ends it', async () => {
    const { flusher, stored } = startFlusher(
      (_name, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    );
    flusher.add(segment('a', 'hangs'));
    const beforeMs = performance.now();
    await flusher.close(200);
    expect(performance.now() - beforeMs).toBeGreaterThan(150);
    expect(stored).toEqual([]);
    expect(flusher.segments).toBe(1);
  });
});
