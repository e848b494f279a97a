import { trustProxies } from '../../lib/auth/client-address.js';
import { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import type { RunningService, ServiceContext } from '../../lib/lifecycle/service-main.js';
import { openStore } from '../../lib/store/services/open-store.js';
import type { Store } from '../../lib/store/store.js';
import type { Admissions } from './admission/admission.js';
import { openAdmissionLink } from './admission/admission-link.js';
import { GatekeeperAdmissions } from './admission/gatekeeper-admissions.js';
import type { OtlpReceiverConfig } from './config.js';
import { DerivedRows } from './derived/derived-rows.js';
import { askStoredSeries } from './derived/stored-series.js';
import { startGrpcServer } from './grpc/grpc-server.js';
import { startHttpServer } from './http/http-server.js';
import { Duplicates } from './ingest/duplicates.js';
import { Ingest } from './ingest/ingest.js';
import { Books } from './ledger/books/books.js';
import { Journal } from './ledger/books/journal.js';
import { createLedger, registerInFlightGauge } from './ledger/ledger.js';
import { RejectLog } from './ledger/reject-log.js';
import { TurnedAway } from './ledger/turned-away.js';
import { ByteBudget } from './pipeline/byte-budget.js';
import { openPipeline } from './pipeline/open-pipeline.js';
import type { Pipeline } from './pipeline/pipeline.js';
import { TenantPipelines } from './pipeline/tenant-pipelines.js';
import { PlacementReports } from './placement/placement-reports.js';
import { RoutedPipeline } from './placement/routed-pipeline.js';
import { Routes } from './placement/routes.js';
import { openPortTls, type PortTls } from './port-tls.js';
import { StoreReadiness } from './store-readiness.js';

export interface OtlpReceiver extends RunningService {
  /** Where OTLP over gRPC is received, with the port that was bound. */
  readonly grpcUrl: string;
  /** Where OTLP over HTTP is received. */
  readonly httpUrl: string;
  /** What was refused lately, by tenant. */
  readonly rejects: Pick<RejectLog, 'last'>;
  /** Whom it works for at the moment. */
  readonly pipelines: Pick<TenantPipelines, 'state'>;
}

export interface OtlpReceiverOverrides {
  readonly store?: Store;
  readonly admissions?: Admissions;
}

/** The cell that exists in every mesh; its tables decide when the receiver is ready. */
const DEFAULT_DATABASE = 'gob_cell_default';
/** Running exports get this long when the receiver stops; their own deadlines are shorter. */
const CALL_GRACE_MS = 9_000;
const CLOSE_TIMEOUT_MS = 10_000;

/** Starts the receiver. It accepts at once; while ClickHouse or the gatekeeper is away exporters are told to come back. */
export async function startOtlpReceiver(
  config: OtlpReceiverConfig,
  context: ServiceContext,
  overrides: OtlpReceiverOverrides = {},
): Promise<OtlpReceiver> {
  const { logger, registry, readiness } = context;
  const tls = await openPortTls(config, logger);
  const lifecycle = new Lifecycle(logger);
  lifecycle.add('certificates', tls);
  const giveUp = async (error: unknown) => {
    await lifecycle.close();
    throw error;
  };
  const { store, services, watch } = await openStore({
    ...{ config, context, lifecycle, application: 'otlp-receiver', store: overrides.store },
  }).catch(giveUp);
  const admissions =
    overrides.admissions ??
    new GatekeeperAdmissions(openAdmissionLink(config.gatekeeperUrl), logger, (sender) =>
      pipelines.refused(sender),
    );
  lifecycle.add('admissions', admissions);
  const books = new Books(DEFAULT_DATABASE, registry);
  const ledger = createLedger(registry, books);
  const journal = new Journal({ books, store, intervalMs: config.ingestLedgerIntervalMs, logger, registry });
  // Closed after everything that enters something.
  lifecycle.add('ledger', journal);
  const routes = new Routes();
  const stored = await openPipeline(config, { store, services, ledger, logger, registry }).catch(giveUp);
  const pipeline = lifecycle.add('pipeline', new RoutedPipeline(stored, routes), CLOSE_TIMEOUT_MS);
  const { gatekeeperUrl, processName: name } = config;
  lifecycle.add('placement', new PlacementReports({ gatekeeperUrl, name, routes, pipeline, logger }));
  lifecycle.add('store readiness', new StoreReadiness({ store, database: DEFAULT_DATABASE, watch, logger }));
  const rejects = new RejectLog(books);
  const budget = createBudget(config, context);
  const derivedRows = new DerivedRows(askStoredSeries(store, logger));
  const pipelines = openTenantPipelines(config, context, { budget, pipeline, derivedRows });
  lifecycle.add('tenant pipelines', pipelines);
  const ingest = new Ingest({
    admissions,
    budget,
    pipeline,
    pipelines,
    derivedRows,
    duplicates: new Duplicates({
      windowMs: config.ingestDuplicateWindowMs,
      maxBytes: config.ingestDuplicateBytes,
    }),
    ledger,
    rejects,
    maxRequestBytes: config.ingestMaxRequestBytes,
    ackTimeoutMs: config.ingestAckTimeoutMs,
  });
  const turnedAway = new TurnedAway({ ledger, rejects, logger, operatorsDatabase: DEFAULT_DATABASE });
  const trustedProxies = trustProxies(config.trustedProxies);
  const serving = { ingest, ledger, turnedAway, logger, readiness, tls, trustedProxies };
  const servers = await startServers(config, serving).catch(giveUp);
  lifecycle.add('servers', servers, CLOSE_TIMEOUT_MS);
  return {
    ...servers,
    rejects,
    pipelines,
    url: servers.grpcUrl,
    close: async () => void (await lifecycle.close()),
  };
}

interface ServersOptions extends Omit<Parameters<typeof startGrpcServer>[1], 'tls'> {
  readonly tls: PortTls;
}

/** Both close at the same time, so that a stop takes one grace period and not two. */
async function startServers(config: OtlpReceiverConfig, { tls, ...options }: ServersOptions) {
  const grpc = await startGrpcServer(config.otlpGrpcAddress, { ...options, tls: tls.grpc });
  const http = await startHttpServer(config.otlpHttpAddress, { ...options, tls: tls.http }).catch(
    async (error) => {
      await grpc.close(0);
      throw error;
    },
  );
  const close = async () => void (await Promise.all([grpc.close(CALL_GRACE_MS), http.close(CALL_GRACE_MS)]));
  return { grpcUrl: grpc.url, httpUrl: http.url, close };
}

interface HeldForTenants {
  readonly budget: ByteBudget;
  readonly pipeline: Pipeline;
  readonly derivedRows: DerivedRows;
}

function openTenantPipelines(
  { ingestPipelineIdleMs: idleMs }: OtlpReceiverConfig,
  { logger, registry }: ServiceContext,
  { budget, pipeline, derivedRows }: HeldForTenants,
): TenantPipelines {
  return new TenantPipelines({
    ...{ idleMs, logger, registry },
    heldBytes: (tenantId) => budget.heldBytes(tenantId) + pipeline.heldBytes(tenantId),
    onClosed: (tenantId) => derivedRows.forget(tenantId),
  });
}

function createBudget(config: OtlpReceiverConfig, { registry }: ServiceContext): ByteBudget {
  const budget = new ByteBudget({
    totalBytes: config.ingestInFlightBytes,
    tenantBytes: config.ingestInFlightBytesPerTenant,
  });
  registerInFlightGauge(registry, () => budget.usedBytes);
  return budget;
}
