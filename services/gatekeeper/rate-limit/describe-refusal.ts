import type { RateAccount, RefusedLease } from './rate-limiter.js';
import { ITEMS, UNITS } from './rate-limits.js';

export interface RefusalText {
  readonly message: string;
  /** With units. */
  readonly limit: string;
  readonly measured: string;
}

/** What was limited, how much it was, and what helps. */
export function describeRefusal(
  tenantPath: string,
  { limits, signal }: RateAccount,
  refused: RefusedLease,
): RefusalText {
  const { counter, used, waitMs } = refused;
  const unit = UNITS[counter.unit] ?? UNITS[0];
  const seconds = `${Number((limits.windowMs / 1000).toFixed(1))} s`;
  const isCommon = counter.name.startsWith('all.');
  const rates = isCommon ? limits : limits.ofSignal[signal];
  const rate = counter.unit === ITEMS ? rates.itemsPerSecond : rates.bytesPerSecond;
  const limit = `${counter.limit} ${unit} in ${seconds}`;
  const measured = `${used} ${unit} in the last ${seconds}`;
  const what = isCommon ? 'all signals' : signal;
  const whose = `The limit of tenant ${tenantPath} for ${what} is ${limit} (${rate} ${unit}/s for ${isCommon ? 'the tenant' : `its ${signal}`})`;
  if (!Number.isFinite(waitMs)) {
    const message = `${whose}, and this request alone is more. Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE).`;
    return { message, limit, measured };
  }
  const message = `${whose}; ${measured}. Try again in ${Math.max(0.1, waitMs / 1000).toFixed(1)} s; send less (sampling, fewer attributes) or ask for a higher limit.`;
  return { message, limit, measured };
}
