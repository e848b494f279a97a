import { expect, it } from 'vitest';
import { refreshDelayMs } from './refresh-delay.js';

it('looks more often while there is nothing to see', () => {
  expect(refreshDelayMs({ isEmpty: true, failures: 0, retryAfterMs: undefined })).toBe(2_000);
  expect(refreshDelayMs({ isEmpty: false, failures: 0, retryAfterMs: undefined })).toBe(5_000);
});

it('backs off while refreshes fail, up to a minute', () => {
  const delays = [1, 2, 10].map((failures) =>
    refreshDelayMs({ isEmpty: true, failures, retryAfterMs: undefined }),
  );
  expect(delays).toEqual([10_000, 20_000, 60_000]);
});

it('waits at least as long as the server asks', () => {
  expect(refreshDelayMs({ isEmpty: false, failures: 1, retryAfterMs: 90_000 })).toBe(90_000);
});
