import { describe, expect, it } from 'vitest';
import { readSelection } from '../filter/read-selection.js';
import { type Listing, readPageToken, writePageToken } from './page-token.js';
import { SPAN_FIELDS } from './span-fields.js';

const key = Buffer.from('a key');
const filterOf = (expression: string) =>
  readSelection({ $typeName: 'gob.query.v1.Selection', expression }, SPAN_FIELDS);
const listing: Listing = {
  reader: { tenantId: 1, projectId: 2n ** 64n - 1n },
  filter: filterOf('service in (a, b)'),
  order: { key: 'start', isDescending: true },
  range: { startUnixNano: 100n, endUnixNano: 200n },
};
const position = { range: listing.range, key: 2n ** 63n - 1n, traceId: '0123456789abcdef'.repeat(2) };

describe('page token', () => {
  it('gives back the position, also when the range has moved on', () => {
    const token = writePageToken(key, position, listing);
    expect(token).toMatch(/^[A-Za-z0-9_-]{76}$/);
    expect(readPageToken(key, token, listing)).toEqual(position);
    const later = { ...listing, range: { startUnixNano: 150n, endUnixNano: 250n } };
    expect(readPageToken(key, token, later)).toEqual(position);
  });

  it('is refused by any other listing, and with any other key', () => {
    const token = writePageToken(key, position, listing);
    const others: Partial<Listing>[] = [
      { reader: { tenantId: 2, projectId: 2n ** 64n - 1n } },
      { reader: { tenantId: 1, projectId: 2n ** 64n - 2n } },
      { filter: filterOf('service = a') },
      { filter: filterOf('service = "a, b"') },
      { filter: filterOf('operation in (a, b)') },
      { filter: undefined },
      { order: { key: 'start', isDescending: false } },
      { order: { key: 'duration', isDescending: true } },
      { range: { startUnixNano: 100n, endUnixNano: 201n } },
    ];
    for (const other of others)
      expect(() => readPageToken(key, token, { ...listing, ...other })).toThrow('page_token');
    expect(() => readPageToken(Buffer.from('another'), token, listing)).toThrow('page_token');
  });
});
