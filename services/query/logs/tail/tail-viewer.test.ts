import { describe, expect, it } from 'vitest';
import type { LogRow } from '../../sql/logs/log-columns.js';
import { TailViewer } from './tail-viewer.js';

const row = (body: string) =>
  ({ body, attributes: {}, resource_attributes: {}, scope_attributes: {} }) as unknown as LogRow;
const never = new AbortController().signal;

function takeAll(viewer: TailViewer) {
  const bodies: string[] = [];
  let dropped = 0;
  for (let batch = viewer.take(); batch; batch = viewer.take()) {
    bodies.push(...batch.rows.map(({ body }) => body));
    dropped += batch.dropped;
  }
  return { bodies, dropped };
}

describe('a viewer', () => {
  it('gets what was pushed, in order', async () => {
    const viewer = new TailViewer();
    const waiting = viewer.wait(60_000, never);
    viewer.push([row('a'), row('b')], 0);
    expect(await waiting).toBe(true);
    viewer.push([row('c')], 2);
    expect(takeAll(viewer)).toEqual({ bodies: ['a', 'b', 'c'], dropped: 2 });
    expect(viewer.take()).toBeUndefined();
  });

  it('that is slow loses the oldest rows and is told how many', () => {
    const viewer = new TailViewer();
    for (let index = 0; index < 30; index++)
      viewer.push(
        Array.from({ length: 50 }, (_, step) => row(String(index * 50 + step))),
        0,
      );
    const { bodies, dropped } = takeAll(viewer);
    expect({ first: bodies[0], count: bodies.length, dropped }).toEqual({
      first: '500',
      count: 1_000,
      dropped: 500,
    });
  });

  it('holds few rows when they are large', () => {
    const viewer = new TailViewer();
    const large = 'x'.repeat(2 ** 20);
    for (let index = 0; index < 20; index++) viewer.push([row(large)], 0);
    const { bodies, dropped } = takeAll(viewer);
    expect(bodies.length).toBeLessThan(9);
    expect(bodies.length + dropped).toBe(20);
  });

  it('stops waiting when the time is over or the signal ends', async () => {
    const viewer = new TailViewer();
    expect(await viewer.wait(1, never)).toBe(false);
    const leaving = new AbortController();
    const waiting = viewer.wait(60_000, leaving.signal);
    leaving.abort();
    expect(await waiting).toBe(false);
  });
});
