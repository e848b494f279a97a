import { createHash } from 'node:crypto';
import { runCommand } from '../../../gateway/cli/run-command.js';
import { gatewaySettings } from '../../../gateway/config.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import { querySettings } from '../../../services/query/config.js';
import { startQueryService } from '../../../services/query/service.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { type LimitsBed, startLimitsBed } from '../gatekeeper/limits.bed.js';
import { exportOverHttp, type HttpExport } from '../otlp-receiver/clients.js';
import { makeDataDir, type TestDataDir } from '../otlp-receiver/durable/spool.harness.js';
import { startTestReceiver, type TestReceiver } from '../otlp-receiver/harness.js';

export const ADMIN = 'token-of-the-administrator';
export const MAX_REQUEST_BYTES = 40_000;
export const MAX_WIRE_BYTES = 1_000_000;

/** Tenants 22 and 33 with a project each, and 44 that may send next to nothing; each has the token `api-<tenant>`. */
const tenant = (id: number, projectId: number, limits: Record<string, number> = {}) => ({
  ...{ id, path: `tenant-${id}`, limits },
  projects: [{ id: projectId, path: `tenant-${id}/shop` }],
});
const hash = (token: string) => createHash('sha256').update(token).digest('hex');
const RATE = { ingest_bytes_per_second: 10_000_000, ingest_burst_bytes: 100_000_000 };
const IDENTITIES = {
  admins: [{ name: 'ops', sha256: hash(ADMIN) }],
  tenants: [
    tenant(22, 7, { ...RATE, max_request_bytes: MAX_REQUEST_BYTES }),
    tenant(33, 9, RATE),
    tenant(44, 11, { ingest_bytes_per_second: 100, ingest_burst_bytes: 1_000 }),
  ],
  tokens: [22, 33, 44].map((id) => ({
    name: `api-${id}`,
    sha256: hash(`api-${id}`),
    tenant: id,
    scopes: ['api'],
  })),
};

export interface LedgerBed extends LimitsBed {
  readonly receiver: TestReceiver;
  readonly dataDir: TestDataDir;
  readonly gatewayUrl: string;
  /** GET with a token; throws for anything but a 200. */
  get<T>(path: string, token: string): Promise<T>;
  status(path: string, token: string): Promise<number>;
  /** Sends an export of tenant 22 unless told otherwise. */
  send(options: HttpExport & { readonly token?: string }): Promise<number>;
  gob(...argv: string[]): Promise<string>;
}

/** Everything from the receiver to REST, as it runs; the receiver writes its books every 300 ms. */
export async function startLedgerBed(): Promise<LedgerBed> {
  const limits = await startLimitsBed({ receivers: 0, identities: IDENTITIES });
  const dataDir = makeDataDir();
  const gatekeeperUrl = limits.gatekeeper.url;
  const clickhouseUrl = limits.clickhouse.url;
  const receiver = await startTestReceiver({
    ...{ gatekeeperUrl, clickhouseUrl, dataDir: dataDir.path },
    ...{ ingestLedgerIntervalMs: 300, ingestMaxRequestBytes: MAX_WIRE_BYTES },
  });
  const query = await startQueryService(
    {
      ...loadConfig(querySettings, { argv: [], env: {} }),
      queryAddress: ANY_PORT,
      gatekeeperUrl,
      clickhouseUrl,
    },
    testServiceContext(),
  );
  const gateway = await startGateway(
    {
      ...loadConfig(gatewaySettings, { argv: [], env: {} }),
      ...{ gatewayAddress: ANY_PORT, gatekeeperUrl, queryUrl: query.url },
      ...{ tenantQuotaUrl: limits.tenantQuotaUrl, gatewayUiDir: dataDir.path },
    },
    testServiceContext(),
  );
  const ask = (path: string, token: string) =>
    fetch(`${gateway.url}${path}`, { headers: { 'PRIVATE-TOKEN': token } });
  const env = { GOB_URL: gateway.url, GOB_ADMIN_TOKEN: ADMIN };
  return {
    ...limits,
    ...{ receiver, dataDir, gatewayUrl: gateway.url },
    get: async (path, token) => {
      const response = await ask(path, token);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
      return JSON.parse(text);
    },
    status: async (path, token) => (await ask(path, token)).status,
    send: async ({ token = 'api-22', headers, ...options }) =>
      (await exportOverHttp(receiver, { ...options, headers: { 'private-token': token, ...headers } }))
        .status,
    gob: (...argv) => runCommand(argv, { env, readFile: () => '', fetch }),
    close: async () => {
      for (const part of [gateway, query, receiver, limits]) await part.close();
      dataDir.close();
    },
  };
}
