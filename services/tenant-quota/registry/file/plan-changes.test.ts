import { describe, expect, it } from 'vitest';
import type { IdentityTenant } from '../../../../lib/config/identity-file.js';
import type { TenantRecord, TenantState } from '../tenant-record.js';
import { planChanges } from './plan-changes.js';

const acme: IdentityTenant = {
  id: 22,
  path: 'acme',
  tier: 'free',
  limits: { retention_days: 7 },
  projects: [
    { id: 7, path: 'acme/shop', enabled: true },
    { id: 8, path: 'acme/pay', enabled: false },
  ],
};
const globex: IdentityTenant = { id: 33, path: 'globex', tier: 'ultimate', limits: {}, projects: [] };

const stored = (states: readonly TenantState[]): TenantRecord[] =>
  states.map((state) => ({ ...state, version: 1, updatedAtMs: 1 }));
const withAcme = stored(planChanges([], [acme]));
const projectsOf = (states: readonly TenantState[], tenantId: number) =>
  states
    .find((state) => state.tenantId === tenantId)
    ?.projects.map(({ projectId, enabled }) => `${projectId}${enabled ? '' : ' off'}`);

describe('planChanges', () => {
  it('adds new tenants to the default cell, with limits only where the file sets them', () => {
    expect(planChanges([], [acme])).toEqual([
      {
        tenantId: 22,
        path: 'acme',
        tier: 'free',
        limits: { retentionDays: 7 },
        ...{ cell: 'default', status: 'ready', statusReason: '', eraseAtMs: 0 },
        source: 'file',
        projects: [
          { projectId: 7n, path: 'acme/shop', enabled: true },
          { projectId: 8n, path: 'acme/pay', enabled: false },
        ],
      },
    ]);
  });

  it('asks for nothing when the file says what is there', () => {
    expect(planChanges(withAcme, [acme])).toEqual([]);
  });

  it('writes only what changed', () => {
    const changed = planChanges(stored(planChanges([], [acme, globex])), [
      { ...acme, tier: 'premium' },
      globex,
    ]);
    expect(changed.map(({ tenantId, tier }) => ({ tenantId, tier }))).toEqual([
      { tenantId: 22, tier: 'premium' },
    ]);
  });

  it('switches off a project that is gone from its tenant', () => {
    const changed = planChanges(withAcme, [{ ...acme, projects: acme.projects.slice(1) }]);
    expect(projectsOf(changed, 22)).toEqual(['7 off', '8 off']);
  });

  it('keeps a tenant that is gone, with its projects switched off, and once only', () => {
    const changed = planChanges(withAcme, []);
    expect(projectsOf(changed, 22)).toEqual(['7 off', '8 off']);
    expect(planChanges(stored(changed), [])).toEqual([]);
    expect(projectsOf(planChanges(stored(changed), [acme]), 22)).toEqual(['7', '8 off']);
  });

  it('moves a project, taking it from its former tenant', () => {
    const moved: IdentityTenant = { ...globex, projects: [{ id: 7, path: 'globex/shop', enabled: true }] };
    const changed = planChanges(withAcme, [{ ...acme, projects: acme.projects.slice(1) }, moved]);
    expect([projectsOf(changed, 22), projectsOf(changed, 33)]).toEqual([['8 off'], ['7']]);
  });

  it('leaves tenants of another source alone', () => {
    const foreign = withAcme.map((record) => ({ ...record, source: 'gitlab' }));
    expect(planChanges(foreign, [])).toEqual([]);
  });

  it('keeps the cell that a tenant was moved to', () => {
    const elsewhere = withAcme.map((record) => ({ ...record, cell: 'large-1' }));
    expect(planChanges(elsewhere, [{ ...acme, tier: 'ultimate' }])[0]?.cell).toBe('large-1');
  });
});
