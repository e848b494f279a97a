import { describe, expect, it } from 'vitest';
import { type Listing, readPageToken, writePageToken } from './page-token.js';

const listing: Listing = {
  reader: { tenantId: 1, projectId: 2n ** 64n - 1n },
  filter: { serviceNames: ['a', 'b'], operations: [] },
  order: { key: 'start', isDescending: true },
  range: { startUnixNano: 100n, endUnixNano: 200n },
};
const position = { range: listing.range, key: 2n ** 63n - 1n, traceId: '0123456789abcdef'.repeat(2) };

describe('page token', () => {
  it('gives back the position, also when the range has moved on', () => {
    const token = writePageToken(position, listing);
    expect(token).toMatch(/^[A-Za-z0-9_-]{76}$/);
    expect(readPageToken(token, listing)).toEqual(position);
    const later = { ...listing, range: { startUnixNano: 150n, endUnixNano: 250n } };
    expect(readPageToken(token, later)).toEqual(position);
  });

  it('is refused by any other listing', () => {
    const token = writePageToken(position, listing);
    const others: Partial<Listing>[] = [
      { reader: { tenantId: 2, projectId: 2n ** 64n - 1n } },
      { reader: { tenantId: 1, projectId: 2n ** 64n - 2n } },
      { filter: { serviceNames: ['a'], operations: [] } },
      { filter: { serviceNames: ['a,b'], operations: [] } },
      { filter: { serviceNames: ['a'], operations: ['b'] } },
      { order: { key: 'start', isDescending: false } },
      { order: { key: 'duration', isDescending: true } },
      { range: { startUnixNano: 100n, endUnixNano: 201n } },
    ];
    for (const other of others)
      expect(() => readPageToken(token, { ...listing, ...other })).toThrow('page_token');
  });
});
