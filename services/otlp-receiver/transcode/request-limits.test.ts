import { expect, it } from 'vitest';
import { RepeatedBytes } from './request-limits.js';

const MIB = 2 ** 20;

it.each([
  ['a small one', 100_000, 16 * MIB],
  ['others', 2 * MIB, 64 * MIB],
  ['the largest', 64 * MIB, 256 * MIB],
])('what rows repeat is in proportion to the request: %s', (_which, requestBytes, maxBytes) => {
  const repeated = new RepeatedBytes(requestBytes);
  repeated.add(maxBytes);
  expect(() => repeated.add(1)).toThrow(
    expect.objectContaining({
      code: 'payload_too_large',
      message: expect.stringContaining(`take more than ${maxBytes} bytes`),
    }),
  );
});
