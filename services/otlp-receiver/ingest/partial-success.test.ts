import { expect, it } from 'vitest';
import { toTraceResponse } from './partial-success.js';

it('leaves partial_success unset when everything was taken', () => {
  const result = { blocks: [], accepted: 3, rejected: new Map(), firstRejection: undefined };
  expect(toTraceResponse(result as Parameters<typeof toTraceResponse>[0])).toEqual({
    partialSuccess: undefined,
  });
});

it('shortens a message that would make the response too large', () => {
  const rejected = new Map([['invalid_id', 2]]);
  const result = { blocks: [], accepted: 1, rejected, firstRejection: 'x'.repeat(5_000_000) };
  const { partialSuccess } = toTraceResponse(result as unknown as Parameters<typeof toTraceResponse>[0]);
  expect(partialSuccess?.rejectedSpans).toBe(2n);
  expect(partialSuccess?.errorMessage).toMatch(/^2 of 3 spans were refused \(invalid_id 2\)\. First: x+…$/);
  expect(partialSuccess?.errorMessage.length).toBeLessThan(3_000);
});
