import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCommand } from '../../../gateway/cli/run-command.js';
import { gatewaySettings } from '../../../gateway/config.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import { ClickHouseServices } from '../../../lib/store/services/clickhouse-services.js';
import { createStore, type Store } from '../../../lib/store/store.js';
import { gatekeeperSettings } from '../../../services/gatekeeper/config.js';
import { startGatekeeper } from '../../../services/gatekeeper/service.js';
import { querySettings } from '../../../services/query/config.js';
import { startQueryService } from '../../../services/query/service.js';
import { tenantQuotaSettings } from '../../../services/tenant-quota/config.js';
import { startTenantQuota } from '../../../services/tenant-quota/service.js';
import { startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { freePort } from '../../_util/free-port.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { oneSpan } from '../otlp-receiver/durable/spool.harness.js';
import { startTestReceiver, type TestReceiver } from '../otlp-receiver/harness.js';

/** Tenants by the name of their token: one in the default cell, one in a cell on the service eu2. */
export const TENANTS = { home: { id: 22, project: 7 }, away: { id: 33, project: 9 } } as const;
export type TenantName = keyof typeof TENANTS;
export const [HOME_CELL, EU_CELL] = ['gob_cell_default', 'gob_cell_eu@eu2'];

const ADMIN = 'token-of-the-admin';
const EU_PASSWORD = randomBytes(12).toString('hex');
const EU_ENGINE = { CLICKHOUSE_EMBEDDED_USER: 'gob', CLICKHOUSE_EMBEDDED_PASSWORD: EU_PASSWORD };
const hash = (token: string) => createHash('sha256').update(token).digest('hex');
const tokenOf = (name: TenantName) => `token-of-somebody-${name}`;
const IDENTITIES = {
  admins: [{ name: 'ops', sha256: hash(ADMIN) }],
  tenants: Object.entries(TENANTS).map(([path, { id, project }]) => ({
    ...{ id, path, projects: [{ id: project, path: `${path}/shop` }] },
  })),
  tokens: (['home', 'away'] as const).map((name) => ({
    ...{ name, sha256: hash(tokenOf(name)), project: TENANTS[name].project, scopes: ['api'] },
  })),
};

export interface ServicesBed {
  /** Reads and writes on every service. */
  readonly store: Store;
  readonly receiver: TestReceiver;
  /** Starts the engine of eu2 at its address. */
  startEu(): Promise<void>;
  stopEu(): Promise<void>;
  restartQuota(): Promise<void>;
  /** Replaces the services file. */
  writeServices(services: readonly object[]): void;
  readonly eu2: object;
  readonly defaultUrl: string;
  /** Runs the command line as the administrator, and reads its answer. */
  gob(...argv: string[]): Promise<Record<string, unknown>>;
  /** Sends an export of one span; resolves when it is acknowledged. */
  send(name: TenantName): Promise<void>;
  /** The spans of the tenant in the last hour, as its charts show them. */
  countShown(name: TenantName): Promise<number>;
  close(): Promise<void>;
}

/** The whole mesh with two ClickHouse services, on two engines. */
export async function startServicesBed(): Promise<ServicesBed> {
  const directory = mkdtempSync(join(tmpdir(), 'gob-services-'));
  const identityFile = join(directory, 'identity.yaml');
  writeFileSync(identityFile, stringify(IDENTITIES));
  const eu = await euEngine(directory);
  const servicesFile = join(directory, 'services.yaml');
  const writeServices = (services: readonly object[]) => writeFileSync(servicesFile, stringify({ services }));
  writeServices([eu.service]);
  const home = await startEmbeddedClickHouse();
  await eu.start();
  const clickhouse = { clickhouseUrl: home.url, clickhouseServicesFile: servicesFile };
  const mesh = await startMesh({ directory, identityFile, clickhouse });
  const services = await ClickHouseServices.open({
    ...{ file: servicesFile, defaultCluster: undefined, logger: testServiceContext().logger },
  });
  const store = createStore({ url: home.url, services, application: 'test', ...testServiceContext() });
  const env = { GOB_URL: mesh.gatewayUrl, GOB_ADMIN_TOKEN: ADMIN };
  return {
    ...{ store, receiver: mesh.receiver, restartQuota: mesh.restartQuota, writeServices },
    ...{ startEu: eu.start, stopEu: eu.stop, eu2: eu.service, defaultUrl: home.url },
    gob: async (...argv) =>
      JSON.parse(await runCommand([...argv, '--json'], { env, readFile: () => '', fetch })),
    send: (name) => send(mesh.receiver.httpUrl, name),
    countShown: (name) => countShown(mesh.gatewayUrl, name),
    close: async () => {
      await mesh.close();
      services.close();
      await store.close();
      await Promise.all([eu.stop(), home.close()]);
      rmSync(directory, { recursive: true });
    },
  };
}

/** An engine that asks for a password, and keeps its address and its data when it is started again. */
async function euEngine(directory: string) {
  const passwordFile = join(directory, 'eu2.password');
  writeFileSync(passwordFile, `${EU_PASSWORD}\n`);
  const listen = `127.0.0.1:${await freePort()}`;
  const options = { listen, dataDir: join(directory, 'eu2'), env: EU_ENGINE };
  let engine: Awaited<ReturnType<typeof startEmbeddedClickHouse>> | undefined;
  return {
    service: { name: 'eu2', url: `http://${listen}`, user: 'gob', password_file: 'eu2.password' },
    start: async () => {
      engine = await startEmbeddedClickHouse(options);
    },
    stop: async () => {
      await engine?.close();
      engine = undefined;
    },
  };
}

interface MeshOptions {
  readonly directory: string;
  readonly identityFile: string;
  readonly clickhouse: { readonly clickhouseUrl: string; readonly clickhouseServicesFile: string };
}

async function startMesh({ directory, identityFile, clickhouse }: MeshOptions) {
  const [gatekeeperPort, quotaPort] = [await freePort(), await freePort()];
  const gatekeeperUrl = `http://127.0.0.1:${gatekeeperPort}`;
  const tenantQuotaUrl = `http://127.0.0.1:${quotaPort}`;
  const defaults = { argv: [], env: {} };
  const startQuota = async () => {
    const context = testServiceContext();
    const address = { host: '127.0.0.1', port: quotaPort };
    const retentionIntervalMs = 1_000;
    const own = { ...clickhouse, gatekeeperUrl, retentionIntervalMs };
    const config = { ...loadConfig(tenantQuotaSettings, defaults), ...own };
    const quota = await startTenantQuota({ ...config, tenantQuotaAddress: address }, context);
    await context.readiness.whenReady();
    return quota;
  };
  let quota: Closable = await startQuota();
  const gatekeeper = await startGatekeeper(
    {
      ...loadConfig(gatekeeperSettings, defaults),
      ...{ gatekeeperAddress: { host: '127.0.0.1', port: gatekeeperPort }, tenantQuotaUrl, identityFile },
    },
    testServiceContext(),
  );
  const query = await startQueryService(
    { ...loadConfig(querySettings, defaults), ...clickhouse, queryAddress: ANY_PORT, gatekeeperUrl },
    testServiceContext(),
  );
  const gateway = await startGateway(
    {
      ...loadConfig(gatewaySettings, defaults),
      ...{ gatewayAddress: ANY_PORT, gatekeeperUrl, queryUrl: query.url, tenantQuotaUrl },
      ...{ gatewayUiDir: directory },
    },
    testServiceContext(),
  );
  const receiver = await startTestReceiver({
    ...clickhouse,
    gatekeeperUrl,
    dataDir: join(directory, 'data'),
  });
  return {
    ...{ receiver, gatewayUrl: gateway.url },
    restartQuota: async () => {
      await quota.close();
      quota = await startQuota();
    },
    close: async () => {
      for (const part of [receiver, gateway, query, gatekeeper, quota]) await part.close();
    },
  };
}

async function send(receiverUrl: string, name: TenantName): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf', 'PRIVATE-TOKEN': tokenOf(name) };
  const body = new Uint8Array(oneSpan(randomBytes(16)));
  const answer = await fetch(`${receiverUrl}/v1/traces`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}

async function countShown(gatewayUrl: string, name: TenantName): Promise<number> {
  const url = `${gatewayUrl}/v3/query/${TENANTS[name].project}/traces/analytics?period=1h`;
  const answer = await fetch(url, { headers: { 'PRIVATE-TOKEN': tokenOf(name) } });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  const { results } = (await answer.json()) as { results: { count: number }[] };
  return results.reduce((sum, { count }) => sum + count, 0);
}
