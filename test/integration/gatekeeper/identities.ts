export const INGEST = 'shop-ingest-token-of-acme';
export const READ = 'shop-read-token-of-acme';
export const ADMIN = 'admin-token-of-acme-all';
export const OTHER = 'reader-of-the-other-tenant';

/** Tenant 22 with three projects, one of them switched off; tenant 33 with one. */
export const identities = {
  tenants: [
    {
      id: 22,
      path: 'acme',
      limits: { retention_days: 7 },
      projects: [
        { id: 7, path: 'acme/shop' },
        { id: 8, path: 'acme/pay', enabled: false },
        { id: 9, path: 'acme/app' },
      ],
    },
    { id: 33, path: 'other', projects: [{ id: 70, path: 'other/shop' }] },
  ],
  tokens: [
    { name: 'shop-ingest', token: INGEST, project: 7, scopes: ['write_observability'] },
    { name: 'shop-read', token: READ, project: 7, scopes: ['read_observability'] },
    { name: 'acme-admin', token: ADMIN, tenant: 22, scopes: ['api'] },
    { name: 'other-read', token: OTHER, project: 70, scopes: ['read_observability'] },
  ],
  users: [{ username: 'dev', tenant: 22, role: 'developer' }],
};
