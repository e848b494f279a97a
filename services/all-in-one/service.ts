import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startGateway } from '../../gateway/service.js';
import { maskConfig } from '../../lib/config/render.js';
import { startAdminServer } from '../../lib/health/admin-server.js';
import { ReadinessGroup } from '../../lib/health/readiness.js';
import { DataDirLock } from '../../lib/lifecycle/data-dir-lock.js';
import { type Closable, Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import { assertCanListen } from '../../lib/lifecycle/listen.js';
import type { Logger } from '../../lib/telemetry/logger.js';
import { createRegistry } from '../../lib/telemetry/metrics.js';
import { startGatekeeper } from '../gatekeeper/service.js';
import { assertTlsFiles } from '../otlp-receiver/port-tls.js';
import { startQueryService } from '../query/service.js';
import { startTenantQuota } from '../tenant-quota/service.js';
import type { BannerFacts } from './banner.js';
import { Children } from './children.js';
import { type AllInOneConfig, allInOneSettings } from './config.js';
import { type LocalIdentity, prepareIdentity } from './credentials.js';
import { prepareDataDir } from './data-dir.js';
import { type DeferredKeys, deferredKeys } from './deferred-keys.js';

export interface AllInOne extends Closable {
  /** What to print, as soon as every service is ready. */
  whenReady(): Promise<BannerFacts>;
}

/**
 * Starts the whole mesh on this machine: the embedded ClickHouse (unless CLICKHOUSE_URL names a server) and the receivers as
 * supervised child processes, everything else in this process. Rejects with one line when an address or the data
 * directory cannot be had; waits, not ready, when ClickHouse does not answer.
 */
export async function startAllInOne(
  config: AllInOneConfig,
  logger: Logger,
  signal: AbortSignal,
): Promise<AllInOne> {
  const lifecycle = new Lifecycle(logger);
  // Once the mesh runs, its parts are stopped one after the other by close(), not all at once by the signal.
  const starting = new AbortController();
  const giveUp = () => starting.abort();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await new Composition(config, logger, lifecycle, starting.signal).start();
  } catch (error) {
    await lifecycle.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** The order of starting, which is also the order of closing, read backwards. */
class Composition {
  readonly #readiness = new ReadinessGroup();
  readonly #registry = createRegistry('all-in-one');
  readonly #keys: DeferredKeys = deferredKeys();
  readonly #children: Children;

  constructor(
    private readonly config: AllInOneConfig,
    private readonly logger: Logger,
    private readonly lifecycle: Lifecycle,
    /** Aborts when the process is to stop before everything has started. */
    private readonly signal: AbortSignal,
  ) {
    this.#children = new Children(config, logger);
  }

  async start(): Promise<AllInOne> {
    const { config, logger, lifecycle } = this;
    logger.debug({ config: maskConfig(allInOneSettings, config) }, 'starting');
    const starting = this.#readiness.add('all-in-one');
    starting.block('start', 'the services are starting');
    const dataDir = prepareDataDir(config.dataDir);
    lifecycle.add('data directory', await DataDirLock.acquire(dataDir));
    await this.#assertAddressesAreFree();
    await assertTlsFiles(config, logger);
    const identity = await prepareIdentity(dataDir, config.identityFile);
    const metricsText = () => this.#children.metricsText(this.#registry);
    const admin = lifecycle.add(
      'admin server',
      await startAdminServer({ address: config.metricsAddress, readiness: this.#readiness, metricsText }),
    );
    const clickhouseUrl = config.clickhouseUrl ?? (await this.#startEngine(dataDir));
    const signInToken = identity.credentials && randomBytes(24).toString('base64url');
    const urls = await this.#startServices(
      { ...config, clickhouseUrl, identityFile: identity.identityFile },
      identity,
      signInToken,
    );
    starting.unblock('start');
    return {
      whenReady: async () => {
        await this.#readiness.whenReady();
        return { ...urls, metricsUrl: admin.url, dataDir, credentials: identity.credentials, signInToken };
      },
      close: () => this.#close(),
    };
  }

  /** Found out before anything is started, so that the message is not buried under the failures of others. */
  async #assertAddressesAreFree(): Promise<void> {
    const { gatewayAddress, otlpGrpcAddress, otlpHttpAddress, metricsAddress } = this.config;
    await assertCanListen(gatewayAddress, 'REST and UI (GATEWAY_ADDRESS)');
    await assertCanListen(otlpGrpcAddress, 'OTLP gRPC (OTLP_GRPC_ADDRESS)');
    await assertCanListen(otlpHttpAddress, 'OTLP HTTP (OTLP_HTTP_ADDRESS)');
    await assertCanListen(metricsAddress, 'metrics (METRICS_ADDRESS)');
  }

  async #startEngine(dataDir: string): Promise<string> {
    const engine = await this.#children.startEngine(join(dataDir, 'clickhouse'), this.signal);
    this.lifecycle.add('embedded ClickHouse', engine, 20_000);
    return engine.url;
  }

  async #startServices(
    config: AllInOneConfig & { readonly clickhouseUrl: string },
    identity: LocalIdentity,
    signInToken: string | undefined,
  ) {
    const contextOf = (name: string) => ({
      logger: this.logger.child({ service: name }),
      registry: this.#registry,
      readiness: this.#readiness.add(name),
    });
    const keys = { fetchKeys: this.#keys.fetch };
    const peers = { ...config, gatekeeperUrl: 'http://set-by-deferred-keys.invalid' };
    const tenantQuota = await startTenantQuota(peers, contextOf('tenant-quota'), keys);
    this.lifecycle.add('tenant-quota', tenantQuota);
    const oneTimeSignIn =
      identity.credentials && signInToken
        ? { token: signInToken, username: identity.credentials.username }
        : undefined;
    const gatekeeper = await startGatekeeper(
      { ...config, tenantQuotaUrl: tenantQuota.url },
      contextOf('gatekeeper'),
      oneTimeSignIn && { oneTimeSignIn },
    );
    this.lifecycle.add('gatekeeper', gatekeeper);
    this.#keys.follow(gatekeeper.url);
    this.lifecycle.add('gatekeeper keys', this.#keys);
    const query = await startQueryService(peers, contextOf('query'), keys);
    this.lifecycle.add('query', query);
    const gateway = await startGateway(
      { ...config, gatekeeperUrl: gatekeeper.url, queryUrl: query.url, tenantQuotaUrl: tenantQuota.url },
      contextOf('gateway'),
    );
    this.lifecycle.add('gateway', gateway);
    const receivers = await this.#children.startReceivers(
      { clickhouseUrl: config.clickhouseUrl, gatekeeperUrl: gatekeeper.url },
      this.#readiness.add('otlp-receiver'),
      this.signal,
    );
    this.lifecycle.add('receivers', receivers, 25_000);
    return { uiUrl: gateway.url, otlpGrpcUrl: receivers.grpcUrl, otlpHttpUrl: receivers.httpUrl };
  }

  async #close(): Promise<void> {
    this.#readiness.drain();
    if (!(await this.lifecycle.close())) process.exitCode = 1;
  }
}
