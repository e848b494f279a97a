import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { totalOf } from '../ledger/account.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Delivery } from '../pipeline/pipeline.js';
import { retryDelayMs } from '../status/retry-delay.js';
import { errorCodeOf } from './files.js';
import { TenantQueues } from './outlet/tenant-queues.js';
import type { OpenSegments } from './segments/open-segments.js';
import { SHARED_LANE } from './segments/segment.js';
import type { SegmentFile } from './segments/segment-file.js';
import type { RecordMeta } from './segments/segment-format.js';
import type { SpoolMetrics } from './spool-metrics.js';
import type { SpoolUsage } from './spool-usage.js';

export interface SpoolWriterOptions {
  readonly segments: OpenSegments;
  readonly usage: SpoolUsage;
  /** Throws while the disk is too full. */
  readonly requireSpace: () => void;
  /** Whether the flusher would take the segment now; if not, it may as well grow. */
  readonly canFlush: (segment: SegmentFile) => boolean;
  /** A tenant with this much on disk that is not stored yet gets segments of its own, so that others need not wait behind it. */
  readonly heavyBytes: number;
  readonly ledger: Ledger;
  readonly metrics: SpoolMetrics;
  readonly logger: Logger;
}

/** Bytes of one group commit: what comes later waits for no more than this. */
const MAX_COMMIT_BYTES = 8 * 2 ** 20;
/** Of them one tenant's, in its turn, unless a single export is more. */
const TURN_BYTES = 2 ** 20;
const TICK_MS = 25;
/** After the disk has failed nothing is tried for this long. */
const TROUBLE_PAUSE_MS = 1_000;

interface Waiting {
  readonly tenantId: number;
  readonly bytes: number;
  readonly delivery: Delivery;
  /** Its exporter was told to send it again; whatever of it becomes durable does so unasked. */
  isGivenUp: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes exports durable: those of the same moment are appended together and synced once. One commit runs at a time; what
 * arrives meanwhile is the next one, so their size follows the speed of the disk.
 */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  readonly #queues = new TenantQueues<Waiting>();
  #committing: readonly Waiting[] = [];
  #running: Promise<void> | undefined;
  #tick: NodeJS.Timeout | undefined;
  #troubleUntilMs = 0;
  #closed = false;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
  }

  /** Resolves when the export is on disk. Rejects with `unavailable` and a delay when it is not. */
  async write(delivery: Delivery): Promise<void> {
    if (this.#closed || performance.now() < this.#troubleUntilMs) throw cannotWrite();
    this.#options.requireSpace();
    const bytes = delivery.blocks.reduce((sum, block) => sum + block.bytes.length, 0);
    this.#options.usage.reserve(delivery, bytes);
    const { tenantId } = delivery;
    const done = new Promise<void>((resolve, reject) =>
      this.#queues.push({ tenantId, bytes, delivery, isGivenUp: false, resolve, reject }),
    );
    this.#wake();
    return done;
  }

  /** Commits what was taken and seals every segment. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running) await this.#running;
    this.#options.segments.retireAll();
    await this.#options.segments.sealRetired();
    clearInterval(this.#tick);
  }

  #wake(): void {
    this.#running ??= this.#run();
    this.#tick ??= setInterval(() => this.#onTick(), TICK_MS);
  }

  async #run(): Promise<void> {
    const { segments } = this.#options;
    // Exports of the same turn of the event loop go together from the first commit on.
    await new Promise((resolve) => setImmediate(resolve));
    do {
      await this.#commit(this.#queues.take(MAX_COMMIT_BYTES, TURN_BYTES));
      segments.retireFull();
      this.#retireDue();
      await segments.sealRetired();
    } while (!this.#queues.isEmpty);
    this.#running = undefined;
  }

  /** Nobody waits for ever, not even for a disk that hangs; and segments get their time. */
  #onTick(): void {
    const nowMs = performance.now();
    const isLate = ({ delivery }: Waiting) => delivery.deadlineMs <= nowMs;
    for (const late of this.#queues.remove(isLate)) {
      this.#options.usage.release(late.delivery, late.bytes);
      late.reject(cannotWrite());
    }
    for (const late of this.#committing.filter(isLate)) {
      late.isGivenUp = true;
      late.reject(cannotWrite());
    }
    const { segments, canFlush } = this.#options;
    if (segments.due(nowMs).some(canFlush)) this.#wake();
    if (this.#running || !segments.isEmpty) return;
    clearInterval(this.#tick);
    this.#tick = undefined;
  }

  #retireDue(): void {
    const { segments, canFlush } = this.#options;
    for (const segment of segments.due(performance.now()).filter(canFlush)) segments.retire(segment);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    this.#committing = batch;
    const placed = batch.map((waiting) => ({ waiting, segments: this.#place(waiting.delivery) }));
    const touched = new Set(placed.flatMap(({ segments }) => segments));
    const failed = new Set<SegmentFile>();
    const stop = this.#options.metrics.commitStarted(batch.length);
    await Promise.all(
      [...touched].map((segment) =>
        segment.commit().catch((error) => {
          failed.add(segment);
          this.#onTrouble(segment, error);
        }),
      ),
    );
    stop();
    this.#committing = [];
    for (const { waiting, segments } of placed) this.#settle(waiting, segments, failed);
  }

  #place({ tenantId, projectId, signal, minute, shares, database, blocks }: Delivery): SegmentFile[] {
    const { segments, usage, heavyBytes } = this.#options;
    const lane = usage.of(tenantId) > heavyBytes ? tenantId : SHARED_LANE;
    const owner = { tenantId, projectId: String(projectId), signal, minute };
    const byService = shares.map(({ service, items, bytes }) => [service, items, bytes] as const);
    return blocks.map((block, index) => {
      const isFirst = index === 0;
      const segment = segments.forBlock(database, block, lane);
      const counted = isFirst
        ? { ...totalOf(shares), shares: byService }
        : { items: 0, bytes: 0, shares: [] };
      const meta: RecordMeta = { ...owner, ...counted, rows: block.rows, days: block.days };
      segment.add(meta, block);
      return segment;
    });
  }

  #settle(waiting: Waiting, segments: readonly SegmentFile[], failed: ReadonlySet<SegmentFile>): void {
    const { ledger, usage } = this.#options;
    const { delivery } = waiting;
    const lost = delivery.blocks.filter((_, index) => isIn(failed, segments[index]));
    const lostBytes = lost.reduce((sum, block) => sum + block.bytes.length, 0);
    const isAcknowledged = lost.length === 0 && !waiting.isGivenUp;
    if (lostBytes > 0) usage.release(delivery, lostBytes);
    if (isAcknowledged) ledger.spooled(delivery, delivery.shares);
    // What is durable all the same will be stored, although its exporter sends it again.
    else if (!isIn(failed, segments[0])) ledger.keptAnyway(delivery, delivery.shares);
    if (isAcknowledged) waiting.resolve();
    else waiting.reject(cannotWrite());
  }

  #onTrouble(segment: SegmentFile, error: unknown): void {
    const { segments, metrics, logger } = this.#options;
    segments.retire(segment);
    this.#troubleUntilMs = performance.now() + TROUBLE_PAUSE_MS;
    metrics.writeFailed(errorCodeOf(error) ?? 'unknown');
    logger.error(
      { path: segment.path, code: errorCodeOf(error), reason: messageOf(error) },
      'the spool cannot be written: exporters are told to send again',
    );
  }
}

function isIn(failed: ReadonlySet<SegmentFile>, segment: SegmentFile | undefined): boolean {
  return segment !== undefined && failed.has(segment);
}

function cannotWrite(): AppError {
  const message = 'The data could not be written to disk in time; send it again in a moment.';
  return new AppError('unavailable', message, { retryAfterMs: retryDelayMs() });
}
