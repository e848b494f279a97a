import { AppError } from '../../../lib/errors/app-error.js';

const MAX_NAME_BYTES = 1_024;

/** A name (of a service, an operation, an attribute) as it may be asked for. */
export function checkName(field: string, value: string): void {
  const size = Buffer.byteLength(value);
  if (size <= MAX_NAME_BYTES) return;
  throw new AppError(
    'invalid_argument',
    `${field} has a value of ${size} bytes; at most ${MAX_NAME_BYTES} are allowed.`,
    { field },
  );
}
