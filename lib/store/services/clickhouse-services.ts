import { createHash } from 'node:crypto';
import { messageOf } from '../../errors/app-error.js';
import type { Closable } from '../../lifecycle/lifecycle.js';
import type { Logger } from '../../telemetry/logger.js';
import { DEFAULT_SERVICE, serviceOf } from '../cell-address.js';
import { type ClickHouseService, readServicesFile } from './services-file.js';

export interface ClickHouseServicesOptions {
  /** CLICKHOUSE_SERVICES_FILE; undefined: there is only the default service. */
  readonly file: string | undefined;
  /** Cluster of the default service, as CLICKHOUSE_CLUSTER says. */
  readonly defaultCluster: string | undefined;
  readonly logger: Logger;
}

/** How often the files are looked at. Read rather than watched: a replaced mount (Kubernetes secrets) tells no watcher. */
const POLL_INTERVAL_MS = 1_000;

/**
 * The ClickHouse services that this process knows: the default one, and those of the file, which is followed. A file that is
 * not right leaves the last good state in force.
 */
export class ClickHouseServices implements Closable {
  readonly #options: ClickHouseServicesOptions;
  readonly #listeners = new Set<() => void>();
  #services: ReadonlyMap<string, ClickHouseService>;
  /** What was found last, good or bad, so that it is acted upon once. */
  #seen: string;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;

  /** Throws `invalid_argument` that lists what is wrong with the file. */
  static async open(options: ClickHouseServicesOptions): Promise<ClickHouseServices> {
    const { file } = options;
    return new ClickHouseServices(options, file === undefined ? [] : await readServicesFile(file));
  }

  private constructor(options: ClickHouseServicesOptions, services: readonly ClickHouseService[]) {
    this.#options = options;
    this.#services = byName(services);
    this.#seen = digestOf(services);
    const { file } = options;
    if (file !== undefined) this.#timer = setInterval(() => void this.#look(file), POLL_INTERVAL_MS).unref();
  }

  /** Of all services, the default one first. */
  get names(): readonly string[] {
    return [DEFAULT_SERVICE, ...this.#services.keys()];
  }

  has(name: string): boolean {
    return name === DEFAULT_SERVICE || this.#services.has(name);
  }

  /** A service of the file. */
  get(name: string): ClickHouseService | undefined {
    return this.#services.get(name);
  }

  /** The cluster on which a cell's tables are made, by the cell's address; undefined for one server. */
  clusterOf(address: string): string | undefined {
    const name = serviceOf(address);
    return name === DEFAULT_SERVICE ? this.#options.defaultCluster : this.#services.get(name)?.cluster;
  }

  /** Called after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  async #look(file: string): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const services = await readServicesFile(file);
      if (this.#isNews(digestOf(services))) this.#take(services);
    } catch (error) {
      const reason = messageOf(error);
      if (this.#isNews(reason))
        this.#options.logger.error(
          { reason },
          'ClickHouse services not reloaded, the previous ones stay in force',
        );
    } finally {
      this.#isBusy = false;
    }
  }

  #take(services: readonly ClickHouseService[]): void {
    this.#services = byName(services);
    this.#options.logger.info({ services: this.names }, 'ClickHouse services reloaded');
    for (const listener of this.#listeners) listener();
  }

  #isNews(state: string): boolean {
    const isNews = state !== this.#seen;
    this.#seen = state;
    return isNews;
  }
}

const digestOf = (services: readonly ClickHouseService[]): string =>
  createHash('sha256').update(JSON.stringify(services)).digest('hex');

const byName = (services: readonly ClickHouseService[]): ReadonlyMap<string, ClickHouseService> =>
  new Map(services.map((service) => [service.name, service]));
