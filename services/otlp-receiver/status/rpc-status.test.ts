import { expect, it } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import { toRpcStatus } from './rpc-status.js';

it('a used-up storage quota is nothing to try again: FAILED_PRECONDITION and 403, without a delay', () => {
  const error = new AppError('storage_quota', 'full', { retryAfterMs: 1_000 });
  expect(toRpcStatus(error)).toMatchObject({ code: 9, message: 'full', retryDelayMs: undefined });
  expect(error.httpStatus).toBe(403);
});
