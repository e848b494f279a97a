import { expect, it } from 'vitest';
import { acceptsGzip, encodingOf, requireCompression, requireEncoding } from './negotiation.js';

it.each([
  ['application/x-protobuf', 'protobuf'],
  ['application/json;charset=utf-8', 'json'],
  ['Application/JSON ; x=y', 'json'],
  ['application/protobuf', undefined],
  ['text/plain', undefined],
  [undefined, undefined],
])('%s is %s', (type, encoding) => expect(encodingOf(type)).toBe(encoding));

it.each([
  ['gzip', true],
  ['deflate, gzip;q=0.5', true],
  ['GZIP', true],
  ['gzip;q=0', false],
  ['gzip; q=0.00', false],
  ['deflate, br', false],
  [undefined, false],
])('Accept-Encoding %s: %s', (header, accepted) => expect(acceptsGzip(header)).toBe(accepted));

it('names what is wrong and what is right', () => {
  expect(() => requireEncoding(undefined)).toThrow(
    /must be application\/x-protobuf or application\/json, got none/,
  );
  expect(() => requireCompression('gzip, gzip')).toThrow(
    /must be gzip, deflate, zstd or identity, got "gzip, gzip"/,
  );
  expect(requireCompression(undefined)).toBe('identity');
  expect(requireCompression('X-GZIP')).toBe('gzip');
  expect(requireCompression('zlib')).toBe('deflate');
  expect(requireCompression('Zstd')).toBe('zstd');
});
