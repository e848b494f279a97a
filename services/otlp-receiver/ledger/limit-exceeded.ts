import { AppError, type AppErrorOptions } from '../../../lib/errors/app-error.js';
import type { ErrorCode } from '../../../lib/errors/catalogue.js';

export interface Excess {
  /** Both with their unit, as they are shown. */
  readonly limit: string;
  readonly measured: string;
}

/** A refusal because of a limit; the record of rejects keeps both figures. */
export class LimitExceeded extends AppError {
  readonly excess: Excess;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions & Excess) {
    super(code, message, options);
    this.excess = { limit: options.limit, measured: options.measured };
  }
}
