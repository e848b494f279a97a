import { AppError } from '../../../lib/errors/app-error.js';

/** The parameter that every refusal of a filter names. */
const FIELD = 'filter';

/** A refusal of a condition; the parser adds where it stands. */
export class FilterProblem extends Error {}

/** The refusal as callers get it. `position` is a character of the expression, counted from 1. */
export function filterError(message: string, position?: number): AppError {
  const place = position === undefined ? '' : `at character ${position}: `;
  return new AppError('invalid_argument', `${FIELD}: ${place}${message}`, { field: FIELD });
}

/** Runs a check; its problems become errors of the caller, at the position if there is one. */
export function located<T>(check: () => T, position?: number): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof FilterProblem) throw filterError(error.message, position);
    throw error;
  }
}
