import { resolve } from 'node:path';
import { AppError } from '../../../lib/errors/app-error.js';
import type { ClickHouseServices } from '../../../lib/store/services/clickhouse-services.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Registry } from '../../../lib/telemetry/metrics.js';
import type { OtlpReceiverConfig } from '../config.js';
import type { Ledger } from '../ledger/ledger.js';
import { MAX_DAYS_PER_BLOCK } from '../native/block.js';
import type { SpoolQuotas } from '../spool/spool-usage.js';
import { CellChecks } from './cell-checks.js';
import { DirectPipeline } from './direct-pipeline.js';
import type { Pipeline } from './pipeline.js';
import { createPipelineMetrics } from './pipeline-metrics.js';
import { SpoolPipeline } from './spool-pipeline.js';

export interface PipelineContext {
  readonly store: Store;
  readonly services: Pick<ClickHouseServices, 'names'>;
  readonly ledger: Ledger;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** What comes alone waits this long for company before it is inserted. */
const LINGER_MS = 100;
/** Of several ClickHouse services none may take the whole spool, however long it is away. */
const SERVICE_SHARE = 0.75;

/** The pipeline of the configured meaning of an acknowledgement. Rejects when its directory cannot be had. */
export async function openPipeline(config: OtlpReceiverConfig, context: PipelineContext): Promise<Pipeline> {
  const { dataDir } = config;
  const ack = config.ingestAck ?? (dataDir === undefined ? 'store' : 'spool');
  if (ack === 'store')
    return new DirectPipeline({ ...context, metrics: createPipelineMetrics(context.registry) });
  if (dataDir === undefined)
    throw new AppError(
      'invalid_argument',
      'INGEST_ACK=spool needs a directory: set DATA_DIR, or INGEST_ACK=store.',
    );
  const checks = new CellChecks(context.store);
  return SpoolPipeline.open({
    ...context,
    ensureTables: (database) => checks.ensure(database),
    dataDir: resolve(dataDir),
    worker: config.processName,
    limits: {
      maxRows: config.ingestSegmentRows,
      maxBytes: config.ingestSegmentBytes,
      maxDays: MAX_DAYS_PER_BLOCK,
    },
    lingerMs: LINGER_MS,
    maxAgeMs: config.ingestSegmentMaxAgeMs,
    quotas: quotasOf(config.ingestSpoolBytes, config),
    serviceBytes: () => config.ingestSpoolBytes * (context.services.names.length > 1 ? SERVICE_SHARE : 1),
    deadLetters: quotasOf(config.ingestDeadLetterBytes, config),
    minFreeBytes: config.ingestSpoolMinFreeBytes,
    maxFlushesPerTable: config.ingestFlushesPerTable,
  });
}

function quotasOf(totalBytes: number, { ingestSpoolTenantPercent }: OtlpReceiverConfig): SpoolQuotas {
  return { totalBytes, tenantBytes: Math.floor((totalBytes * ingestSpoolTenantPercent) / 100) };
}
