import { describe, expect, it } from 'vitest';
import { pause } from './pause.js';

describe('a pause', () => {
  it('ends when its time is over', async () => {
    const startMs = performance.now();
    await pause(5, new AbortController().signal);
    // Timers count in whole milliseconds and may be early by the fraction.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(4);
  });

  it('ends at once when it is cut short, before or while it runs', async () => {
    const abort = new AbortController();
    const running = pause(3_600_000, abort.signal);
    abort.abort();
    await running;
    await pause(3_600_000, abort.signal);
    expect(abort.signal.aborted).toBe(true);
  });
});
