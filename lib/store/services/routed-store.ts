import { AppError, messageOf } from '../../errors/app-error.js';
import { DEFAULT_SERVICE, parseCellAddress } from '../cell-address.js';
import { ClickHouseStore } from '../clickhouse-store.js';
import type { Statement, StatementParams } from '../statement.js';
import type { CallOptions, InsertNativeOptions, InsertRowsOptions, Store, StoreOptions } from '../store.js';
import type { ClickHouseService } from './services-file.js';

const RETRY_AFTER_MS = 5_000;
const DEFAULT_MAX_CONNECTIONS = 16;

interface Client {
  readonly store: ClickHouseStore;
  /** What it was made from; undefined for the default service. */
  readonly service: ClickHouseService | undefined;
  calls: number;
  /** Closed as soon as its calls are done. */
  isRetired: boolean;
}

/** Sends every call to the ClickHouse service of its database, with a client for each. */
export class RoutedStore implements Store {
  readonly #options: StoreOptions;
  readonly #clients = new Map<string, Client>();

  constructor(options: StoreOptions) {
    this.#options = options;
    options.services?.onChange(() => this.#retireChanged());
  }

  query<T>(statement: Statement, params?: StatementParams, options?: CallOptions) {
    return this.#at(options?.database, ({ store }, database) =>
      store.query<T>(statement, params, { ...options, database }),
    );
  }

  readNative(statement: Statement, params?: StatementParams, options?: CallOptions) {
    return this.#at(options?.database, ({ store }, database) =>
      store.readNative(statement, params, { ...options, database }),
    );
  }

  insertNative(insert: InsertNativeOptions) {
    return this.#at(insert.database, ({ store }, database) => store.insertNative({ ...insert, database }));
  }

  insertRows(insert: InsertRowsOptions) {
    return this.#at(insert.database, ({ store }, database) => store.insertRows({ ...insert, database }));
  }

  command(statement: Statement, params?: StatementParams, options?: CallOptions) {
    return this.#at(options?.database, ({ store }, database) =>
      store.command(statement, params, { ...options, database }),
    );
  }

  ping(signal?: AbortSignal, service = DEFAULT_SERVICE) {
    return this.#with(service, ({ store }) => store.ping(signal));
  }

  async close(): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(clients.map(({ store }) => store.close()));
  }

  #at<D extends string | undefined, R>(
    address: D,
    send: (client: Client, database: D) => Promise<R>,
  ): Promise<R> {
    if (address === undefined) return this.#with(DEFAULT_SERVICE, (client) => send(client, address));
    const { service, database } = parseCellAddress(address);
    return this.#with(service, (client) => send(client, database as D));
  }

  async #with<R>(service: string, send: (client: Client) => Promise<R>): Promise<R> {
    const client = this.#clientOf(service);
    client.calls++;
    try {
      return await send(client);
    } finally {
      client.calls--;
      if (client.isRetired && client.calls === 0) this.#drop(client);
    }
  }

  #clientOf(name: string): Client {
    const known = this.#clients.get(name);
    if (known) return known;
    const service = this.#options.services?.get(name);
    if (!service && name !== DEFAULT_SERVICE) throw unknownService(name);
    const { logger, registry, application, maxResultBytes, maxConnections } = this.#options;
    const store = new ClickHouseStore({
      ...{ ...(service ?? { url: this.#options.url }), service: name, logger, registry, application },
      ...{
        maxResultBytes,
        maxConnections: service?.maxConnections ?? maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      },
    });
    const client: Client = { store, service, calls: 0, isRetired: false };
    this.#clients.set(name, client);
    return client;
  }

  /** Calls that run end as they began; the next one finds the service as it is now. */
  #retireChanged(): void {
    for (const [name, client] of this.#clients) {
      if (name === DEFAULT_SERVICE) continue;
      if (JSON.stringify(this.#options.services?.get(name)) === JSON.stringify(client.service)) continue;
      this.#clients.delete(name);
      client.isRetired = true;
      if (client.calls === 0) this.#drop(client);
    }
  }

  #drop({ store, service }: Client): void {
    const onFailure = (error: unknown) =>
      this.#options.logger.warn(
        { service: service?.name, reason: messageOf(error) },
        'a client did not close',
      );
    store.close().catch(onFailure);
  }
}

/** Passes by itself once the file has it; the caller is a tenant, whom the name of a service tells nothing. */
function unknownService(name: string): AppError {
  const cause = new Error(
    `this process does not know the ClickHouse service "${name}": name it in CLICKHOUSE_SERVICES_FILE`,
  );
  return new AppError('unavailable', 'The store cannot be reached at the moment; try again shortly.', {
    cause,
    retryAfterMs: RETRY_AFTER_MS,
  });
}
