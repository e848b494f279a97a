import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCommand } from '../../../gateway/cli/run-command.js';
import { gatewaySettings } from '../../../gateway/config.js';
import type { RouteSeen } from '../../../gateway/rest/http/route.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import { createGatekeeperKeys } from '../../../lib/rpc/gatekeeper-keys.js';
import { gatekeeperSettings } from '../../../services/gatekeeper/config.js';
import { startGatekeeper } from '../../../services/gatekeeper/service.js';
import { querySettings } from '../../../services/query/config.js';
import { startQueryService } from '../../../services/query/service.js';
import { tenantQuotaSettings } from '../../../services/tenant-quota/config.js';
import { startTenantQuota } from '../../../services/tenant-quota/service.js';
import { startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { sqlOf } from '../query/fixture.js';

const hash = (token: string) => createHash('sha256').update(token).digest('hex');
/** Nobody listens there. */
const AWAY = 'http://127.0.0.1:9';
export const TOKENS = {
  sender: 'token-of-a-sender',
  admin: 'token-of-the-admin',
  owner: 'token-of-the-owner',
  reader: 'token-of-a-reader',
} as const;
export const IDENTITIES = {
  admins: [{ name: 'ops', sha256: hash(TOKENS.admin) }],
  tenants: [
    {
      ...{ id: 22, path: 'acme', limits: { storage_bytes: 20_000 } },
      projects: [
        { id: 7, path: 'acme/shop' },
        { id: 8, path: 'acme/pay', enabled: false },
      ],
    },
  ],
  tokens: [
    { name: 'owner', sha256: hash(TOKENS.owner), tenant: 22, scopes: ['api'] },
    { name: 'sender', sha256: hash(TOKENS.sender), project: 7, scopes: ['write_observability'] },
    { name: 'reader', sha256: hash(TOKENS.reader), project: 7, scopes: ['read_observability'] },
  ],
};

export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  /** Parsed JSON; an empty object for an empty answer. */
  readonly body: unknown;
}

export interface SendOptions {
  /** Default: the administrator's. */
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TenantBed {
  readonly clickhouseUrl: string;
  readonly gatewayUrl: string;
  readonly gatekeeperUrl: string;
  /** Every route of the gateway. */
  readonly routes: readonly RouteSeen[];
  /** Runs SQL on the engine and returns the answer's text. */
  sql(text: string): Promise<string>;
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  /** Runs the command line as the administrator. */
  gob(...argv: string[]): Promise<string>;
  close(): Promise<void>;
}

export interface TenantBedOptions {
  /** Default: IDENTITIES. */
  readonly identities?: unknown;
  /** Default: the query service is away. */
  readonly withQuery?: boolean;
}

/** Gateway, gatekeeper and tenant-quota on a real engine. */
export async function startTenantBed(options: TenantBedOptions = {}): Promise<TenantBed> {
  const directory = mkdtempSync(join(tmpdir(), 'gob-tenants-'));
  const identityFile = join(directory, 'identity.yaml');
  writeFileSync(identityFile, stringify(options.identities ?? IDENTITIES));
  const clickhouse = await startEmbeddedClickHouse();
  let gatekeeperUrl = '';
  const tenantQuota = await startTenantQuota(
    {
      ...loadConfig(tenantQuotaSettings, { argv: [], env: {} }),
      ...{ tenantQuotaAddress: ANY_PORT, gatekeeperUrl: AWAY, identityFile, clickhouseUrl: clickhouse.url },
      ...{ clickhouseCluster: undefined, clickhouseMaxConnections: 8, retentionIntervalMs: 60_000 },
    },
    testServiceContext(),
    { fetchKeys: () => createGatekeeperKeys(gatekeeperUrl).fetch() },
  );
  const context = testServiceContext();
  const gatekeeper = await startGatekeeper(
    {
      ...loadConfig(gatekeeperSettings, { argv: [], env: {} }),
      ...{ gatekeeperAddress: ANY_PORT, tenantQuotaUrl: tenantQuota.url, identityFile },
    },
    context,
  );
  gatekeeperUrl = gatekeeper.url;
  const query = options.withQuery && (await startQuery(clickhouse.url, gatekeeperUrl));
  const routes: RouteSeen[] = [];
  const gateway = await startGateway(
    {
      ...loadConfig(gatewaySettings, { argv: [], env: {} }),
      ...{
        gatewayAddress: ANY_PORT,
        gatekeeperUrl,
        queryUrl: query ? query.url : AWAY,
        tenantQuotaUrl: tenantQuota.url,
      },
      ...{ gatewayPublicUrl: undefined, gatewayGitlabOrigins: [], gatewayRequestTimeoutMs: 60_000 },
      gatewayUiDir: directory,
    },
    testServiceContext(),
    { onRoute: (route) => routes.push(route) },
  );
  await context.readiness.whenReady();
  const env = { GOB_URL: gateway.url, GOB_ADMIN_TOKEN: TOKENS.admin };
  return {
    clickhouseUrl: clickhouse.url,
    gatewayUrl: gateway.url,
    gatekeeperUrl,
    routes,
    sql: sqlOf(clickhouse.url),
    send: (method, path, options) => send(`${gateway.url}${path}`, method, options),
    gob: (...argv) => runCommand(argv, { env, readFile: () => '', fetch }),
    close: async () => {
      for (const part of [gateway, ...(query ? [query] : []), gatekeeper, tenantQuota, clickhouse])
        await part.close();
      rmSync(directory, { recursive: true });
    },
  };
}

const startQuery = (clickhouseUrl: string, gatekeeperUrl: string) =>
  startQueryService(
    {
      ...loadConfig(querySettings, { argv: [], env: {} }),
      ...{ queryAddress: ANY_PORT, clickhouseUrl, gatekeeperUrl },
    },
    testServiceContext(),
  );

async function send(url: string, method: string, options: SendOptions = {}): Promise<Answer> {
  const { token = TOKENS.admin, body, headers } = options;
  const response = await fetch(url, {
    method,
    headers: {
      ...{ 'PRIVATE-TOKEN': token, 'X-Requested-With': 'XMLHttpRequest' },
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const etag = response.headers.get('etag');
  return { status: response.status, etag, body: text === '' ? {} : JSON.parse(text) };
}
