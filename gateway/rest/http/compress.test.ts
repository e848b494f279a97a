import { describe, expect, it } from 'vitest';
import { acceptsGzip } from './compress.js';

describe('Accept-Encoding', () => {
  it('is read with its weights', () => {
    for (const header of [
      'gzip',
      'GZIP',
      'deflate, gzip;q=1.0',
      'br;q=1, *;q=0.1',
      'x-gzip',
      'gzip ; q=0.001',
    ])
      expect(acceptsGzip(header), header).toBe(true);
    for (const header of [undefined, '', 'br', 'gzip;q=0', '*;q=0', 'gzip;q=0, *', 'gzip;q=x'])
      expect(acceptsGzip(header), String(header)).toBe(false);
  });
});
