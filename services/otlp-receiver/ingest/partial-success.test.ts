import { expect, it } from 'vitest';
import type { TranscodeResult } from '../transcode/transcode.js';
import { toPartialSuccess } from './partial-success.js';

const spans = { items: 'spans' } as const;
const result = (parts: Partial<TranscodeResult>): TranscodeResult =>
  ({ blocks: [], accepted: 0, rejected: new Map(), firstRejection: undefined, ...parts }) as TranscodeResult;

it('leaves partial_success unset when everything was taken', () => {
  expect(toPartialSuccess(result({ accepted: 3 }), spans)).toBeUndefined();
});

it('warns with 0 refused when what was taken is not as it was sent', () => {
  expect(toPartialSuccess(result({ accepted: 3, warning: 'Labels are gone.' }), spans)).toEqual({
    rejected: 0n,
    errorMessage: 'Labels are gone.',
  });
});

it('shortens a message that would make the response too large', () => {
  const rejected = new Map([['invalid_id' as const, 2]]);
  const partial = toPartialSuccess(
    result({ accepted: 1, rejected, firstRejection: 'x'.repeat(5_000_000) }),
    spans,
  );
  expect(partial?.rejected).toBe(2n);
  expect(partial?.errorMessage).toMatch(/^2 of 3 spans were refused \(invalid_id 2\)\. First: x+…$/);
  expect(partial?.errorMessage.length).toBeLessThan(3_000);
});
