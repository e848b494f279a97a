import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { loadConfig } from '../../../lib/config/load.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { createGatekeeperKeys } from '../../../lib/rpc/gatekeeper-keys.js';
import { type GatekeeperConfig, gatekeeperSettings } from '../../../services/gatekeeper/config.js';
import { type Gatekeeper, startGatekeeper } from '../../../services/gatekeeper/service.js';
import { tenantQuotaSettings } from '../../../services/tenant-quota/config.js';
import { startTenantQuota } from '../../../services/tenant-quota/service.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { encodeRequest, makeRequest, makeSpan } from '../otlp-receiver/clients.js';
import { startTestReceiver, type TestReceiver } from '../otlp-receiver/harness.js';

export const SMALL = 'ingest-token-of-the-small-tenant';
export const SMALL_READ = 'read-token-of-the-small-tenant';
export const LARGE = 'ingest-token-of-the-large-tenant';
export const LARGE_READ = 'read-token-of-the-large-tenant';

/** Tenant 22 may send 2,000 bytes a second unless told otherwise, tenant 33 as much as its tier. */
export const identitiesWith = (bytesPerSecond = 2_000) => ({
  tenants: [
    {
      id: 22,
      path: 'acme',
      limits: { ingest_bytes_per_second: bytesPerSecond, ingest_burst_bytes: 10 * bytesPerSecond },
      projects: [{ id: 7, path: 'acme/shop' }],
    },
    { id: 33, path: 'globex', tier: 'ultimate', projects: [{ id: 9, path: 'globex/web' }] },
  ],
  tokens: [
    { name: 'small-ingest', token: SMALL, project: 7, scopes: ['write_observability'] },
    { name: 'small-read', token: SMALL_READ, project: 7, scopes: ['read_observability'] },
    { name: 'large-ingest', token: LARGE, project: 9, scopes: ['write_observability'] },
    { name: 'large-read', token: LARGE_READ, project: 9, scopes: ['read_observability'] },
  ],
  users: [],
});

/** Registry, gatekeeper and receivers as they run, over one engine. */
export interface LimitsBed {
  readonly clickhouse: EmbeddedClickHouse;
  readonly gatekeeper: Gatekeeper;
  readonly tenantQuotaUrl: string;
  readonly gatekeeperContext: ReturnType<typeof testServiceContext>;
  readonly receivers: readonly TestReceiver[];
  /** Rows of the audit log so far. */
  readonly audit: readonly Record<string, unknown>[];
  writeIdentities(identities: unknown): void;
  /** One more gatekeeper beside the first, with another connection to what they share. */
  startReplica(kv: Kv): Promise<Gatekeeper>;
  close(): Promise<void>;
}

export interface LimitsBedOptions {
  readonly kv?: Kv;
  readonly receivers: number;
  /** Default: those with one limit. */
  readonly identities?: unknown;
  /** Settings of the gatekeeper that differ. */
  readonly gatekeeper?: Partial<GatekeeperConfig>;
}

export async function startLimitsBed(options: LimitsBedOptions): Promise<LimitsBed> {
  const { kv, receivers } = options;
  const directory = mkdtempSync(join(tmpdir(), 'gob-limits-'));
  const identityFile = join(directory, 'identity.yaml');
  const writeIdentities = (identities: unknown) => writeFileSync(identityFile, stringify(identities));
  writeIdentities(options.identities ?? identitiesWith());
  const clickhouse = await startEmbeddedClickHouse();
  let gatekeeperUrl = '';
  const tenantQuota = await startTenantQuota(
    {
      ...loadConfig(tenantQuotaSettings, { argv: [], env: {} }),
      tenantQuotaAddress: ANY_PORT,
      clickhouseUrl: clickhouse.url,
      identityFile,
    },
    testServiceContext(),
    { fetchKeys: () => createGatekeeperKeys(gatekeeperUrl).fetch() },
  );
  const audit: Record<string, unknown>[] = [];
  const gatekeeperContext = { ...testServiceContext(), logger: auditReader(audit) };
  const signingKeyFile = join(directory, 'signing.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(signingKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const config: GatekeeperConfig = {
    ...loadConfig(gatekeeperSettings, { argv: [], env: {} }),
    gatekeeperAddress: ANY_PORT,
    forwardAuthAddress: ANY_PORT,
    tenantQuotaUrl: tenantQuota.url,
    identityFile,
    signingKeyFile,
    ...options.gatekeeper,
  };
  const gatekeeper = await startGatekeeper(config, gatekeeperContext, kv && { kv });
  const replicas: Gatekeeper[] = [];
  gatekeeperUrl = gatekeeper.url;
  await gatekeeperContext.readiness.whenReady();
  const urls = { gatekeeperUrl, clickhouseUrl: clickhouse.url };
  const started = await Promise.all(Array.from({ length: receivers }, () => startTestReceiver(urls)));
  return {
    clickhouse,
    gatekeeper,
    tenantQuotaUrl: tenantQuota.url,
    gatekeeperContext,
    receivers: started,
    audit,
    writeIdentities,
    startReplica: async (shared) => {
      const context = testServiceContext();
      const replica = await startGatekeeper(config, context, { kv: shared });
      replicas.push(replica);
      await context.readiness.whenReady();
      return replica;
    },
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      await Promise.all(started.map((receiver) => receiver.close()));
      await gatekeeper.close();
      await tenantQuota.close();
      await clickhouse.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A logger that keeps the audit rows among its lines. */
function auditReader(rows: Record<string, unknown>[]) {
  const write = (chunk: unknown, _encoding: string, done: () => void) => {
    const line = JSON.parse(String(chunk));
    if (line.audit) rows.push(line);
    done();
  };
  return pino({ level: 'info' }, new Writable({ write }));
}

/** One export of about so many bytes, each with other content. */
export const exportOf = (bytes: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    encodeRequest(
      makeRequest([
        makeSpan({ attributes: [{ key: 'padding', value: { stringValue: 'x'.repeat(bytes - 150) } }] }),
      ]),
    ),
  );

/** Sends an export over HTTP. */
export const post = (url: string, token: string, body: Uint8Array<ArrayBuffer>, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'PRIVATE-TOKEN': token, ...headers },
    body,
  });
