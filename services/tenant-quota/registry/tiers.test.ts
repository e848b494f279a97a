import { describe, expect, it } from 'vitest';
import { TIERS } from '../../../lib/config/identity-file.js';
import { compactLimits, findBadLimit, LIMIT_NAMES } from './limits.js';
import { resolveLimits } from './tiers.js';

describe('resolveLimits', () => {
  it('takes the tier for whatever is not set, and never answers zero', () => {
    for (const tier of TIERS) {
      const limits = resolveLimits(tier, {});
      for (const name of LIMIT_NAMES) expect(limits[name], `${tier} ${name}`).toBeGreaterThan(0);
    }
  });

  it('puts the tenant before its tier, and the tier as it was set before the built-in one', () => {
    const limits = resolveLimits('free', { storageBytes: 5 }, { storageBytes: 7, queryMaxSeconds: 3 });
    expect(limits).toMatchObject({ storageBytes: 5, queryMaxSeconds: 3, ingestBytesPerSecond: 102_400 });
  });

  it("lets a tenant's general retention go before its tier's of a signal, and tells the longest", () => {
    expect(
      resolveLimits('free', { retentionDays: 9, logsRetentionDays: 12 }, { tracesRetentionDays: 3 }),
    ).toMatchObject({
      tracesRetentionDays: 9,
      metricsRetentionDays: 9,
      logsRetentionDays: 12,
      retentionDays: 12,
    });
  });
});

describe('limits', () => {
  it('are compared by what is set', () => {
    expect(compactLimits({ storageBytes: 5, retentionDays: null, queryMaxSeconds: undefined })).toEqual({
      storageBytes: 5,
    });
  });

  it.each([0, -1, 1.5, 2 ** 60])('of %d are refused by name, range and remedy', (storageBytes) => {
    expect(findBadLimit({ storageBytes })).toMatchObject({
      field: 'limits.storage_bytes',
      message: expect.stringMatching(/from 1 to \d+, got .*leave it out/),
    });
  });
});
