import { once } from 'node:events';
import { loadConfig } from '../../../lib/config/load.js';
import { createGatekeeperKeys } from '../../../lib/rpc/gatekeeper-keys.js';
import { ClickHouseServices } from '../../../lib/store/services/clickhouse-services.js';
import { createStore, type Store } from '../../../lib/store/store.js';
import { tenantQuotaSettings } from '../../../services/tenant-quota/config.js';
import { startTenantQuota } from '../../../services/tenant-quota/service.js';
import { testServiceContext } from '../../_util/service-context.js';

/**
 * Tenant-quota in a process of its own, which kills itself (SIGKILL) around the statement that TEST_KILL names: `name`, as soon as the
 * statement is on its way, or `name after`, when it is done and nothing else was. A spare (TEST_SPARE) waits, loaded, until it is
 * told so.
 */
const { env } = process;
const told = env.TEST_SPARE === '1' ? (await once(process, 'message'))[0] : { kill: env.TEST_KILL };
const [killAt = '', moment = ''] = ((told as { kill?: string }).kill ?? '').split(' ');
const die = () => process.kill(process.pid, 'SIGKILL');

function mortal(store: Store): Store {
  const guard = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    const result = call();
    if (name !== killAt) return result;
    result.catch(() => undefined);
    // Long enough for the request to leave, and mostly too short for it to be done.
    if (moment !== 'after') setTimeout(die, 3);
    await result;
    die();
    return result;
  };
  return {
    query: (statement, ...rest) => guard(statement.name, () => store.query(statement, ...rest)),
    command: (statement, ...rest) => guard(statement.name, () => store.command(statement, ...rest)),
    insertRows: (insert) => guard(insert.name, () => store.insertRows(insert)),
    readNative: (statement, ...rest) => guard(statement.name, () => store.readNative(statement, ...rest)),
    insertNative: (insert) => guard(`insert_${insert.table}`, () => store.insertNative(insert)),
    ping: (...args) => store.ping(...args),
    close: () => store.close(),
  };
}

const context = testServiceContext();
const keys = env.TEST_KEYS ?? '';
const url = env.TEST_CLICKHOUSE_URL ?? '';
const servicesFile = env.TEST_SERVICES_FILE;
const { logger } = context;
const services = await ClickHouseServices.open({ file: servicesFile, defaultCluster: undefined, logger });
const store = createStore({ url, services, application: 'tenant-quota', ...context, maxConnections: 8 });
const service = await startTenantQuota(
  {
    ...loadConfig(tenantQuotaSettings, { argv: [], env: { REDIS_URL: env.TEST_REDIS_URL } }),
    tenantQuotaAddress: { host: '127.0.0.1', port: Number(env.TEST_PORT) },
    clickhouseServicesFile: servicesFile,
    ...{ clickhouseUrl: url, identityFile: env.TEST_IDENTITY_FILE, moveGraceMs: Number(env.TEST_GRACE_MS) },
  },
  context,
  {
    fetchKeys: keys.startsWith('{') ? async () => keys : createGatekeeperKeys(keys).fetch,
    store: mortal(store),
  },
);
await context.readiness.whenReady();
process.send?.({ url: service.url });
