import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantStatus, Tier } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import { createTestSigner, testPrincipal } from '../../_util/signing.js';
import {
  GATEKEEPER,
  IDENTITY_FILE,
  startUnderTest,
  type TenantQuotaUnderTest,
  untilReady,
} from './harness.js';

let clickhouse: EmbeddedClickHouse;
let directory = '';
let mesh: TenantQuotaUnderTest;

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  directory = await mkdtemp(join(tmpdir(), 'gob-tenant-quota-'));
  const identityFile = join(directory, 'identity.yaml');
  await writeFile(identityFile, IDENTITY_FILE);
  const context = testServiceContext();
  mesh = await startUnderTest(clickhouse.url, identityFile, context);
  await untilReady(context.readiness);
});
afterAll(async () => {
  await mesh.close();
  await clickhouse.close();
  await rm(directory, { recursive: true });
});

describe('a tenant', () => {
  it('of the file is ready in the default cell, with its own limits over its tier', async () => {
    const tenant = await mesh.getTenant(22);
    expect(tenant).toMatchObject({
      ...{ id: 22, path: 'acme', tier: Tier.FREE, status: TenantStatus.READY },
      ...{ cell: 'default', database: 'gob_cell_default' },
      limits: {
        ingestBytesPerSecond: 102_400n,
        maxRequestBytes: 16_777_216n,
        retentionDays: 7,
        storageBytes: 10_737_418_240n,
      },
      projects: [
        { id: 7n, path: 'acme/shop', enabled: true },
        { id: 8n, path: 'acme/pay', enabled: false },
      ],
    });
    expect(Number(tenant?.updatedAt?.seconds)).toBeGreaterThan(1_700_000_000);
    expect(tenant?.version).toBeGreaterThan(0n);
  });

  it('is found by its project', async () => {
    const { tenant } = await mesh.client.calls.getProject({ projectId: 9n }, await mesh.asService());
    expect(tenant).toMatchObject({ id: 33, tier: Tier.ULTIMATE });
  });

  it.each([
    [
      'tenant 0',
      async () => mesh.client.calls.getTenant({}, await mesh.asService()),
      'invalid_argument',
      'tenant_id',
    ],
    [
      'tenant 5',
      async () => mesh.client.calls.getTenant({ tenantId: 5 }, await mesh.asService()),
      'not_found',
      'tenant_id',
    ],
    [
      'project 0',
      async () => mesh.client.calls.getProject({}, await mesh.asService()),
      'invalid_argument',
      'project_id',
    ],
    [
      'project 5',
      async () => mesh.client.calls.getProject({ projectId: 5n }, await mesh.asService()),
      'not_found',
      'project_id',
    ],
    [
      'a foreign page token',
      async () => mesh.client.calls.listTenants({ pageToken: 'x' }, await mesh.asService()),
      'invalid_argument',
      'page_token',
    ],
  ] as const)('is refused for %s', async (_what, call, code, field) => {
    const error = fromConnectError(await call().catch((thrown: unknown) => thrown));
    expect({ code: error.code, field: error.field }).toEqual({ code, field });
  });

  it('is listed page by page, in order of id', async () => {
    const first = await mesh.client.calls.listTenants({ pageSize: 1 }, await mesh.asService());
    const second = await mesh.client.calls.listTenants(
      { pageSize: 1, pageToken: first.nextPageToken },
      await mesh.asService(),
    );
    expect([first, second].map(({ tenants }) => tenants.map(({ id }) => id))).toEqual([[22], [33]]);
    expect([first.nextPageToken === '', second.nextPageToken]).toEqual([false, '']);
  });
});

describe('a caller', () => {
  const everyCall = async (headers: Record<string, string>) => {
    const watch = async () => {
      for await (const _message of mesh.client.calls.watchTenants({}, { headers })) return;
    };
    const calls = [
      mesh.client.calls.getTenant({ tenantId: 22 }, { headers }),
      mesh.client.calls.getProject({ projectId: 7n }, { headers }),
      mesh.client.calls.listTenants({}, { headers }),
      watch(),
    ];
    const results = await Promise.all(
      calls.map((call) =>
        call.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    return [...new Set(results.map((error) => Code[ConnectError.from(error).code]))];
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('without a valid assertion is refused by every call', async () => {
    const stranger = await createTestSigner();
    expect(await everyCall({})).toEqual(['Unauthenticated']);
    expect(await everyCall(bearer('nonsense'))).toEqual(['Unauthenticated']);
    expect(await everyCall(bearer(await mesh.signer.sign(GATEKEEPER, 'query')))).toEqual(['Unauthenticated']);
    expect(await everyCall(bearer(await stranger.sign(GATEKEEPER, 'tenant-quota')))).toEqual([
      'Unauthenticated',
    ]);
  });

  it('that is a user or token is refused by every call', async () => {
    const principal = testPrincipal({ tenantId: 22, projectId: 7n, scopes: ['api'] });
    expect(await everyCall(bearer(await mesh.signer.sign(principal, 'tenant-quota')))).toEqual([
      'PermissionDenied',
    ]);
  });
});
