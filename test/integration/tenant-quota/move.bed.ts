import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCommand } from '../../../gateway/cli/run-command.js';
import { gatewaySettings } from '../../../gateway/config.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import { ClickHouseServices } from '../../../lib/store/services/clickhouse-services.js';
import { createStore, type Store } from '../../../lib/store/store.js';
import { gatekeeperSettings } from '../../../services/gatekeeper/config.js';
import { startGatekeeper } from '../../../services/gatekeeper/service.js';
import { querySettings } from '../../../services/query/config.js';
import { startQueryService } from '../../../services/query/service.js';
import { startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { freePort } from '../../_util/free-port.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { startTestReceiver, type TestReceiver } from '../otlp-receiver/harness.js';
import { type QuotaProcess, quotaProcesses } from './processes.js';

export const SENDER = 'token-of-a-sender';
const ADMIN = 'token-of-the-admin';
const READER = 'token-of-a-reader';
const hash = (token: string) => createHash('sha256').update(token).digest('hex');
const IDENTITIES = {
  admins: [{ name: 'ops', sha256: hash(ADMIN) }],
  tenants: [
    { id: 22, path: 'acme', tier: 'ultimate', projects: [{ id: 7, path: 'acme/shop' }] },
    { id: 33, path: 'globex', projects: [{ id: 9, path: 'globex/web' }] },
  ],
  tokens: [
    { name: 'sender', sha256: hash(SENDER), project: 7, scopes: ['write_observability'] },
    { name: 'reader', sha256: hash(READER), project: 7, scopes: ['read_observability'] },
  ],
};

/** The ClickHouse service next to the default one. */
export const SECOND_SERVICE = 'second';

export interface MoveBed {
  /** Knows both services. */
  readonly store: Store;
  readonly receiver: TestReceiver;
  /** Starts tenant-quota, which is to die as the worker's file says; resolves when it is ready, or dead. */
  startQuota(kill?: string): Promise<QuotaProcess>;
  /** Ends the one that runs. */
  killQuota(): Promise<void>;
  /** Runs the command line as the administrator, and reads its answer. */
  gob(...argv: string[]): Promise<Record<string, unknown>>;
  /** Spans of project 7 in the last hour, as the UI's charts count them. */
  countSpans(): Promise<number>;
  close(): Promise<void>;
}

/** The whole mesh on two engines, with tenant-quota in a process that can be killed. */
export async function startMoveBed(): Promise<MoveBed> {
  const directory = mkdtempSync(join(tmpdir(), 'gob-moves-'));
  const identityFile = join(directory, 'identity.yaml');
  writeFileSync(identityFile, stringify(IDENTITIES));
  const [clickhouse, second] = await Promise.all([startEmbeddedClickHouse(), startEmbeddedClickHouse()]);
  const clickhouseServicesFile = join(directory, 'services.yaml');
  const listed = { services: [{ name: SECOND_SERVICE, url: second.url }] };
  writeFileSync(clickhouseServicesFile, stringify(listed));
  const gatekeeperPort = await freePort();
  const gatekeeperUrl = `http://127.0.0.1:${gatekeeperPort}`;
  const quota = await quotaProcesses({
    ...{ clickhouseUrl: clickhouse.url, servicesFile: clickhouseServicesFile },
    ...{ identityFile, keys: gatekeeperUrl },
  });
  const tenantQuotaUrl = quota.url;
  const processes: QuotaProcess[] = [];
  const startQuota = async (kill?: string) => {
    const started = await quota.start(kill);
    processes.push(started);
    return started;
  };
  const killQuota = async () => void (await Promise.all(processes.map((one) => one.end())));
  await startQuota();
  const context = testServiceContext();
  const gatekeeper = await startGatekeeper(
    {
      ...loadConfig(gatekeeperSettings, { argv: [], env: {} }),
      gatekeeperAddress: { host: '127.0.0.1', port: gatekeeperPort },
      ...{ tenantQuotaUrl, identityFile },
    },
    context,
  );
  await context.readiness.whenReady();
  const clickhouseUrl = clickhouse.url;
  const query = await startQueryService(
    {
      ...loadConfig(querySettings, { argv: [], env: {} }),
      queryAddress: ANY_PORT,
      gatekeeperUrl,
      ...{ clickhouseUrl, clickhouseServicesFile },
    },
    testServiceContext(),
  );
  const gateway = await startGateway(
    {
      ...loadConfig(gatewaySettings, { argv: [], env: {} }),
      ...{ gatewayAddress: ANY_PORT, gatekeeperUrl, queryUrl: query.url, tenantQuotaUrl },
      ...{ gatewayPublicUrl: undefined, gatewayGitlabOrigins: [], gatewayUiDir: directory },
    },
    testServiceContext(),
  );
  const receiver = await startTestReceiver({
    gatekeeperUrl,
    ...{ clickhouseUrl, clickhouseServicesFile },
    dataDir: join(directory, 'data'),
  });
  const services = await ClickHouseServices.open({
    ...{ file: clickhouseServicesFile, defaultCluster: undefined },
    logger: context.logger,
  });
  const store = createStore({ url: clickhouse.url, services, application: 'test', ...testServiceContext() });
  const env = { GOB_URL: gateway.url, GOB_ADMIN_TOKEN: ADMIN };
  return {
    ...{ store, receiver, startQuota, killQuota },
    gob: async (...argv) =>
      JSON.parse(await runCommand([...argv, '--json'], { env, readFile: () => '', fetch })),
    countSpans: () => countSpans(gateway.url),
    close: async () => {
      await receiver.close();
      for (const part of [gateway, query, gatekeeper]) await part.close();
      await killQuota();
      await quota.close();
      await store.close();
      services.close();
      await Promise.all([clickhouse.close(), second.close()]);
      rmSync(directory, { recursive: true });
    },
  };
}

async function countSpans(gatewayUrl: string): Promise<number> {
  const url = `${gatewayUrl}/v3/query/7/traces/analytics?period=1h`;
  const response = await fetch(url, { headers: { 'PRIVATE-TOKEN': READER } });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  const { results } = (await response.json()) as { results: { count: number }[] };
  return results.reduce((sum, { count }) => sum + count, 0);
}
