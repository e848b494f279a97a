import { expect, it } from 'vitest';
import { describeRefusal } from './describe-refusal.js';
import { countersOf, rateLimitsOf } from './rate-limits.js';

const limits = rateLimitsOf({ ingestBytesPerSecond: 102_400n, ingestBurstBytes: 1_048_576n });
const account = { tenantId: 22, signal: 'logs' as const, limits };
const [counter] = countersOf(limits, 'logs', 100);
if (!counter) throw new Error('no counter');

it('names limit, window, measured use and what helps', () => {
  const refused = { counter, used: 1_040_000, waitMs: 2_345, availableBytes: 0, index: 1 };
  expect(describeRefusal('acme', account, refused)).toEqual({
    limit: '1048576 bytes in 10.2 s',
    measured: '1040000 bytes in the last 10.2 s',
    message:
      'The limit of tenant acme for all signals is 1048576 bytes in 10.2 s (102400 bytes/s for the tenant); 1040000 bytes in the last 10.2 s. Try again in 2.3 s; send less (sampling, fewer attributes) or ask for a higher limit.',
  });
});

it('names the signal where its own limit is met', () => {
  const own = rateLimitsOf({ ingestBytesPerSecond: 102_400n, logsIngestBytesPerSecond: 1_000n });
  const [, ofLogs] = countersOf(own, 'logs', 100);
  if (!ofLogs) throw new Error('no counter');
  const refused = { counter: ofLogs, used: 9_999, waitMs: 1_000, availableBytes: 0, index: 1 };
  expect(describeRefusal('acme', { ...account, limits: own }, refused).message).toMatch(
    /^The limit of tenant acme for logs is 10000 bytes in 10 s \(1000 bytes\/s for its logs\)/,
  );
});

it('does not ask for patience where none would help', () => {
  const refused = { counter, used: 0, waitMs: Number.POSITIVE_INFINITY, availableBytes: 0, index: 1 };
  expect(describeRefusal('acme', account, refused).message).toMatch(
    /this request alone is more\. Send smaller/,
  );
});

it('makes windows of burst over rate, within bounds, and fills in what an older registry lacks', () => {
  const windowOf = (rate: bigint, burst: bigint) =>
    rateLimitsOf({ ingestBytesPerSecond: rate, ingestBurstBytes: burst }).windowMs;
  expect(windowOf(1_000n, 5_000n)).toBe(5_000);
  expect(windowOf(1_000n, 1n)).toBe(1_000);
  expect(windowOf(1n, 1_000_000n)).toBe(60_000);
  expect(rateLimitsOf({ ingestBytesPerSecond: 102_400n })).toEqual({
    bytesPerSecond: 102_400,
    itemsPerSecond: 1_024,
    ofSignal: {
      traces: { bytesPerSecond: 102_400, itemsPerSecond: 1_024 },
      metrics: { bytesPerSecond: 102_400, itemsPerSecond: 1_024 },
      logs: { bytesPerSecond: 102_400, itemsPerSecond: 1_024 },
    },
    windowMs: 10_000,
  });
});
