import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../lib/errors/app-error.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Registry } from '../../../lib/telemetry/metrics.js';
import type { Ledger } from '../ledger/ledger.js';
import { DiskSpace } from '../spool/disk-space.js';
import type { OpenFile } from '../spool/files.js';
import { DeadLetterBox } from '../spool/outlet/dead-letter-box.js';
import { Flusher } from '../spool/outlet/flusher.js';
import { SpoolOutlet } from '../spool/outlet/spool-outlet.js';
import { OpenSegments } from '../spool/segments/open-segments.js';
import { Recovery } from '../spool/segments/recovery.js';
import type { SegmentLimits } from '../spool/segments/segment-file.js';
import { SpoolDirectory } from '../spool/spool-directory.js';
import { createSpoolMetrics, registerSpoolGauges } from '../spool/spool-metrics.js';
import { type SpoolQuotas, SpoolUsage } from '../spool/spool-usage.js';
import { SpoolWriter } from '../spool/spool-writer.js';
import type { Delivery, Pipeline } from './pipeline.js';

export interface SpoolPipelineOptions {
  readonly store: Store;
  /** Rejects with `unavailable` while the database's tables are not what the blocks hold. */
  readonly ensureTables: (database: string) => Promise<void>;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly ledger: Ledger;
  /** Segments live in `<dataDir>/spool/<worker>`; files set aside and dead letters in `quarantine` and `dead-letter`. */
  readonly dataDir: string;
  readonly worker: string;
  readonly limits: SegmentLimits;
  readonly lingerMs: number;
  readonly maxAgeMs: number;
  readonly quotas: SpoolQuotas;
  /** Share of the total that may wait for one ClickHouse service at the moment. */
  readonly serviceBytes?: () => number;
  readonly minFreeBytes: number;
  /** Of all dead letters, and of those of one tenant. */
  readonly deadLetters: SpoolQuotas;
  readonly maxFlushesPerTable: number;
  /** How files are opened; tests have some that fail. */
  readonly open?: OpenFile;
}

/** To one ClickHouse service; each holds a whole segment in memory. */
const MAX_FLUSHES = 4;
/** How long a stop waits for the store; the rest stays on disk for the next start. */
const FLUSH_GRACE_MS = 5_000;
/** How often somebody looks whether a worker has gone and left a spool. */
const ADOPT_INTERVAL_MS = 5_000;

interface Parts {
  readonly directory: SpoolDirectory;
  readonly space: DiskSpace;
  readonly writer: SpoolWriter;
  readonly flusher: Flusher;
  readonly recovery: Recovery;
  readonly usage: SpoolUsage;
  readonly deadLetters: DeadLetterBox;
  readonly logger: Logger;
}

/** Durable means on disk: an export is done when it is synced there, and ClickHouse gets it as soon as it can. */
export class SpoolPipeline implements Pipeline {
  readonly keepsRefused = true;
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  readonly #adopting: NodeJS.Timeout;
  #background: Promise<void>;
  #isTakenUp = false;

  private constructor(parts: Parts, leftNames: readonly string[]) {
    this.#parts = parts;
    const { signal } = this.#stopping;
    this.#background = this.#takeUp(leftNames, signal);
    this.#adopting = setInterval(() => {
      this.#background = this.#background.then(() => this.#adopt());
    }, ADOPT_INTERVAL_MS);
  }

  /** Takes the worker's directory. What its predecessor left is taken up while new exports come in. */
  static async open(options: SpoolPipelineOptions): Promise<SpoolPipeline> {
    const { dataDir, worker, registry, minFreeBytes } = options;
    const directory = await SpoolDirectory.open(join(dataDir, 'spool', worker));
    try {
      const leftNames = await directory.names();
      const space = await DiskSpace.watch(directory.path, minFreeBytes);
      const usage = new SpoolUsage(options.quotas, options.serviceBytes);
      const parts = assemble(options, { directory, space, usage });
      const { flusher, deadLetters } = parts;
      registerSpoolGauges(registry, {
        bytes: () => usage.totalBytes,
        segments: () => flusher.segments,
        oldestAgeSeconds: () => (flusher.oldestUnixMs ? (Date.now() - flusher.oldestUnixMs) / 1000 : 0),
        freeDiskBytes: () => space.freeBytes,
        deadLetterBytes: () => deadLetters.bytes,
      });
      return new SpoolPipeline(parts, leftNames);
    } catch (error) {
      directory.close();
      throw error;
    }
  }

  write(delivery: Delivery): Promise<void> {
    return this.#parts.writer.write(delivery);
  }

  /** What an earlier process left counts as on its way to everywhere until it has been looked through. */
  isPending(tenantId: number, database: string): boolean {
    return !this.#isTakenUp || this.#parts.usage.has(tenantId, database);
  }

  heldBytes(tenantId: number): number {
    return this.#parts.usage.of(tenantId);
  }

  /** Commits what was taken, stores what can be stored in a few seconds, and leaves the rest on disk. */
  async close(): Promise<void> {
    const { directory, space, writer, flusher } = this.#parts;
    clearInterval(this.#adopting);
    this.#stopping.abort();
    await writer.close();
    await this.#background;
    await flusher.close(FLUSH_GRACE_MS);
    space.close();
    directory.close();
  }

  async #takeUp(leftNames: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#parts.recovery.takeUp(leftNames, signal);
    await this.#adopt();
    this.#isTakenUp = true;
  }

  async #adopt(): Promise<void> {
    const { recovery, logger } = this.#parts;
    if (this.#stopping.signal.aborted) return;
    await recovery
      .adopt(this.#stopping.signal)
      .catch((error) =>
        logger.error({ reason: messageOf(error) }, 'spools of other workers cannot be looked at'),
      );
  }
}

interface Ground {
  readonly directory: SpoolDirectory;
  readonly space: DiskSpace;
  readonly usage: SpoolUsage;
}

function assemble(options: SpoolPipelineOptions, { directory, space, usage }: Ground): Parts {
  const { store, logger, ledger, dataDir, worker, limits, lingerMs, maxAgeMs } = options;
  const metrics = createSpoolMetrics(options.registry);
  const deadLetters = new DeadLetterBox({
    ...options.deadLetters,
    directory: join(dataDir, 'dead-letter'),
    onDropped(tenantId) {
      metrics.deadLetterDropped();
      logger.error({ tenantId }, 'a dead letter was dropped to make room for newer ones');
    },
  });
  const outlet = new SpoolOutlet({
    store,
    ensureTables: options.ensureTables,
    logger,
    metrics,
    ledger,
    usage,
    deadLetters,
    setAside: (path, reason) => recovery.setAside(path, reason),
  });
  const flusher = new Flusher({
    send: (queued, signal) => outlet.send(queued, signal),
    onStored: (segment) => outlet.stored(segment),
    onUnreadable: (segment, error) => outlet.unreadable(segment, error),
    maxPerTable: options.maxFlushesPerTable,
    maxPerService: MAX_FLUSHES,
    metrics,
    logger,
  });
  const recovery = new Recovery({
    own: directory,
    quarantineDirectory: join(dataDir, 'quarantine'),
    onSegment: (segment) => {
      outlet.recovered(segment);
      flusher.add(segment);
    },
    metrics,
    logger,
  });
  const segments = new OpenSegments({
    directory: directory.path,
    worker,
    limits,
    lingerMs,
    maxAgeMs,
    open: options.open ?? open,
    onSealed: (segment) => flusher.add(segment),
  });
  const writer = new SpoolWriter({
    segments,
    usage,
    requireSpace: () => space.require(),
    canFlush: (segment) => flusher.canTake(segment),
    heavyBytes: limits.maxBytes,
    ledger,
    metrics,
    logger,
  });
  return { directory, space, writer, flusher, recovery, usage, deadLetters, logger };
}
