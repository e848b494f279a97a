import { expect, it } from 'vitest';
import type { TenantView } from '../registry/tenant-registry.js';
import { policyMark } from './policies.js';

const view = (limits: object, record: object = {}): TenantView =>
  ({
    record: { tenantId: 1, version: 5, ...record },
    limits: {
      ...{ storageBytes: 1_000, retentionDays: 30 },
      ...{ tracesRetentionDays: 30, metricsRetentionDays: 30, logsRetentionDays: 30, ...limits },
    },
  }) as unknown as TenantView;

it('a plan no longer holds once a tier keeps one signal longer, though no record of a tenant has changed', () => {
  const planned = policyMark([view({})]);
  expect(policyMark([view({})])).toBe(planned);
  for (const signal of ['tracesRetentionDays', 'metricsRetentionDays', 'logsRetentionDays'])
    expect(policyMark([view({ [signal]: 60 })]), signal).not.toBe(planned);
  expect(policyMark([view({ storageBytes: 2_000 })])).not.toBe(planned);
  expect(policyMark([view({}, { version: 6 })])).not.toBe(planned);
  expect(policyMark([])).not.toBe(planned);
});
