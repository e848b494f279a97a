import type { ConfigOf } from '../../config/setting.js';
import type { Lifecycle } from '../../lifecycle/lifecycle.js';
import type { ServiceContext } from '../../lifecycle/service-main.js';
import { type clickhouseSettings, requireClickHouseUrl } from '../clickhouse-settings.js';
import { createStore, type Store } from '../store.js';
import { ClickHouseServices } from './clickhouse-services.js';
import { ServiceWatch } from './service-watch.js';

export interface OpenStoreOptions {
  readonly config: Omit<ConfigOf<typeof clickhouseSettings>, 'clickhouseCluster'> & {
    /** Only for who makes tables. */
    readonly clickhouseCluster?: string | undefined;
  };
  readonly context: ServiceContext;
  /** Closes both. */
  readonly lifecycle: Lifecycle;
  /** Name of the process, see `StoreOptions`. */
  readonly application: string;
  /** Instead of one of the configuration. */
  readonly store?: Store | undefined;
}

export interface OpenedStore {
  readonly store: Store;
  readonly services: ClickHouseServices;
  readonly watch: ServiceWatch;
}

/** The way to every ClickHouse service that the configuration names. Throws `invalid_argument` for a bad configuration. */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const { config, context, lifecycle, application } = options;
  const { logger, registry, readiness } = context;
  const url = options.store ? '' : requireClickHouseUrl(config);
  const services = await ClickHouseServices.open({
    file: config.clickhouseServicesFile,
    defaultCluster: config.clickhouseCluster,
    logger,
  });
  lifecycle.add('clickhouse services', services);
  const maxConnections = config.clickhouseMaxConnections;
  const store =
    options.store ?? createStore({ url, services, logger, registry, application, maxConnections });
  lifecycle.add('store', store);
  const ping = store.ping.bind(store);
  const watch = new ServiceWatch({ services, ping, readiness, logger, registry });
  return { store, services, watch: lifecycle.add('clickhouse watch', watch) };
}
