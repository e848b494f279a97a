import { describe, expect, it } from 'vitest';
import { TIERS } from '../../../lib/config/identity-file.js';
import { type LimitOverrides, resolveLimits } from './tiers.js';

const NONE: LimitOverrides = {
  ingestBytesPerSecond: undefined,
  maxRequestBytes: undefined,
  retentionDays: undefined,
  storageBytes: undefined,
};

describe('resolveLimits', () => {
  it('gives the free tier its promised limits', () => {
    expect(resolveLimits('free', NONE)).toEqual({
      ingestBytesPerSecond: 102_400,
      maxRequestBytes: 16_777_216,
      retentionDays: 30,
      storageBytes: 10_737_418_240,
    });
  });

  it('never has a zero, and never less for a higher tier', () => {
    const [free, premium, ultimate] = TIERS.map((tier) => resolveLimits(tier, NONE));
    for (const key of Object.keys(NONE) as (keyof LimitOverrides)[]) {
      const values = [free?.[key] ?? 0, premium?.[key] ?? 0, ultimate?.[key] ?? 0];
      expect(values[0]).toBeGreaterThan(0);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
  });

  it('puts what the tenant has over the tier, one by one', () => {
    const limits = resolveLimits('premium', { ...NONE, retentionDays: 7 });
    expect(limits).toEqual({ ...resolveLimits('premium', NONE), retentionDays: 7 });
  });
});
