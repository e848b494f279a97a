import { describe, expect, it } from 'vitest';
import { NO_LOG_FILTER } from './log-filter.js';
import { type LogListing, readLogToken, writeLogToken } from './page-token.js';

const listing: LogListing = {
  reader: { tenantId: 1, projectId: 2n ** 64n - 1n },
  filter: {
    ...NO_LOG_FILTER,
    serviceNames: ['a', 'b'],
    fingerprints: [{ unixNano: 1n, content: 2n ** 64n - 1n }],
  },
  range: { startUnixNano: 100n, endUnixNano: 200n },
};
const KEY = new Uint8Array(32).fill(7);
const position = {
  range: { startUnixNano: 100n, endUnixNano: 200n },
  after: { unixNano: 2n ** 63n - 1n, content: 2n ** 64n - 1n },
};

describe('page token of logs', () => {
  it('gives back the position, also when the range has moved on', () => {
    const token = writeLogToken(KEY, position, listing);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(readLogToken(KEY, token, listing)).toEqual(position);
    const later = { ...listing, range: { startUnixNano: 150n, endUnixNano: 250n } };
    expect(readLogToken(KEY, token, later)).toEqual(position);
  });

  it('is refused by any other listing', () => {
    const token = writeLogToken(KEY, position, listing);
    const others: Partial<LogListing>[] = [
      { reader: { tenantId: 2, projectId: 2n ** 64n - 1n } },
      { reader: { tenantId: 1, projectId: 2n ** 64n - 2n } },
      { filter: { ...listing.filter, serviceNames: ['a'] } },
      { filter: { ...listing.filter, notServiceNames: ['a'] } },
      { filter: { ...listing.filter, fingerprints: [{ unixNano: 1n, content: 2n }] } },
      { filter: { ...listing.filter, aboveSeverityNumber: 0 } },
      { range: { startUnixNano: 100n, endUnixNano: 201n } },
      { range: undefined },
    ];
    for (const other of others)
      expect(() => readLogToken(KEY, token, { ...listing, ...other })).toThrow('page_token');
  });

  it('is refused when a single bit of it is another', () => {
    const whole = Buffer.from(writeLogToken(KEY, position, listing), 'base64url');
    for (const index of whole.keys()) {
      const copy = Buffer.from(whole);
      copy[index] = (copy[index] ?? 0) ^ 1;
      expect(() => readLogToken(KEY, copy.toString('base64url'), listing)).toThrow('page_token');
    }
  });
});
