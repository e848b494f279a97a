import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startDeadline } from './call-deadline.js';

describe('startDeadline', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends at its time', () => {
    const deadline = startDeadline(100, undefined);
    vi.advanceTimersByTime(99);
    expect(deadline.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('ends with the caller, also with one that had gone before', () => {
    const caller = new AbortController();
    const early = startDeadline(100, caller.signal);
    caller.abort(new Error('gone'));
    const late = startDeadline(100, caller.signal);
    expect([early.signal.reason, late.signal.reason]).toEqual([new Error('gone'), new Error('gone')]);
  });

  it('leaves nothing on a long-lived signal once released', () => {
    const caller = new AbortController();
    startDeadline(100, caller.signal).release();
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
