import { expect, it } from 'vitest';
import { acceptedDays, acceptWindow } from './accept-window.js';

const DAY_MS = 86_400_000;
const NOW_MS = 20_000.25 * DAY_MS;

it('accepts the retention, or from the first day on that was not dropped for the quota', () => {
  expect(acceptedDays(NOW_MS, 30)).toBe(30);
  expect(acceptedDays(NOW_MS, 30, 19_900)).toBe(30);
  expect(acceptedDays(NOW_MS, 30, 19_998)).toBe(2.25);
  expect(acceptedDays(NOW_MS, 30, 20_001)).toBe(0);
});

it('begins at the very start of that day', () => {
  const window = acceptWindow(BigInt(NOW_MS) * 1_000_000n, acceptedDays(NOW_MS, 30, 19_998));
  expect(window.fromUnixNano).toBe(BigInt(19_998 * DAY_MS) * 1_000_000n);
  expect(window.description).toBe('the last 2.25 days and the next hour');
});
