import { expect, it } from 'vitest';
import { decodePageToken, encodePageToken } from './page-token.js';

it('page tokens come back, and foreign ones are refused by name', () => {
  expect(decodePageToken('')).toBe(0);
  expect(decodePageToken(encodePageToken(4_294_967_295))).toBe(4_294_967_295);
  for (const token of ['x', 'MjI', Buffer.from('t1:-5').toString('base64url')])
    expect(() => decodePageToken(token)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', field: 'page_token' }),
    );
});
