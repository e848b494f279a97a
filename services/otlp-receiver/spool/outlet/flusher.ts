import { messageOf } from '../../../../lib/errors/app-error.js';
import { serviceOf } from '../../../../lib/store/cell-address.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import { laneKey, type SealedSegment, tableKey } from '../segments/segment.js';
import type { SegmentHeader } from '../segments/segment-format.js';
import type { SpoolMetrics } from '../spool-metrics.js';
import { FlushLanes, type QueuedSegment } from './flush-lanes.js';
import { outcomeOf, SegmentUnreadable } from './send-segment.js';

export interface FlusherOptions {
  /** Stores a segment. Rejects when it must be tried again. */
  readonly send: (queued: QueuedSegment, signal: AbortSignal) => Promise<void>;
  /** After `send`: the segment is stored and its file can go. */
  readonly onStored: (segment: SealedSegment) => Promise<void>;
  /** Nothing can be sent of this one. */
  readonly onUnreadable: (segment: SealedSegment, error: SegmentUnreadable) => Promise<void>;
  /** Inserts that run at a time, into one table and on one ClickHouse service; each holds its segment in memory. */
  readonly maxPerTable: number;
  readonly maxPerService: number;
  readonly metrics: SpoolMetrics;
  readonly logger: Logger;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

type Target = Pick<SegmentHeader, 'database' | 'table'>;

interface Table {
  readonly key: string;
  readonly service: string;
  readonly running: Set<QueuedSegment>;
  /** Attempts that failed in a row. */
  failures: number;
  /** Runs while the table waits for its next attempt. */
  timer: NodeJS.Timeout | undefined;
}

/**
 * Sends sealed segments to the store for as long as it takes. Lanes take turns, so that whoever has sent much waits behind its
 * own; a table whose inserts fail waits, longer each time, and tries a single one then. A service that hangs takes no other's
 * turns.
 */
export class Flusher {
  readonly #options: FlusherOptions;
  readonly #tables = new Map<string, Table>();
  readonly #lanes = new FlushLanes();
  readonly #stopping = new AbortController();
  readonly #idleWaiters = new Set<() => void>();
  #running = 0;
  readonly #runningOn = new Map<string, number>();

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  get segments(): number {
    return this.#all().length;
  }

  /** Undefined when nothing waits. */
  get oldestUnixMs(): number | undefined {
    const times = this.#all().map(({ segment }) => segment.header.createdUnixMs);
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  add(segment: SealedSegment): void {
    this.#lanes.push({ segment });
    this.#pump();
  }

  /** Whether a segment would be sent at once, or be the first of its lane where others stand for the table already. */
  canTake(segment: Pick<SealedSegment, 'header' | 'lane'>): boolean {
    if (this.#lanes.isWaiting(laneKey(segment))) return false;
    return this.#lanes.isTableWaiting(tableKey(segment.header)) || this.#mayStart(segment.header);
  }

  /** Stores what can be stored within the time; what is left stays on disk. */
  async close(graceMs: number): Promise<void> {
    await this.#idleWithin(graceMs);
    this.#stopping.abort();
    for (const table of this.#tables.values()) clearTimeout(table.timer);
    while (this.#running > 0) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve));
  }

  /** Whether waiting may help: something is left for a table whose last insert did not fail. */
  #isHopeful(): boolean {
    return [...this.#tables.values()].some(
      ({ key, running, failures }) => failures === 0 && (running.size > 0 || this.#lanes.isTableWaiting(key)),
    );
  }

  #all(): QueuedSegment[] {
    return [...this.#lanes.all(), ...[...this.#tables.values()].flatMap(({ running }) => [...running])];
  }

  async #idleWithin(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), graceMs);
    });
    let isLate = false;
    while (this.#isHopeful() && !isLate) {
      const changed = new Promise<boolean>((resolve) => this.#idleWaiters.add(() => resolve(false)));
      isLate = await Promise.race([changed, late]);
    }
    clearTimeout(timer);
  }

  #table(target: Target): Table {
    const key = tableKey(target);
    const table = this.#tables.get(key) ?? {
      key,
      service: serviceOf(target.database),
      running: new Set<QueuedSegment>(),
      failures: 0,
      timer: undefined,
    };
    this.#tables.set(key, table);
    return table;
  }

  #mayStart(target: Target): boolean {
    const { timer, failures, running, service } = this.#table(target);
    if ((this.#runningOn.get(service) ?? 0) >= this.#options.maxPerService) return false;
    return timer === undefined && running.size < (failures > 0 ? 1 : this.#options.maxPerTable);
  }

  #pump(): void {
    while (!this.#stopping.signal.aborted) {
      const queued = this.#lanes.take((target) => this.#mayStart(target));
      if (!queued) return;
      void this.#attempt(this.#table(queued.segment.header), queued);
    }
  }

  async #attempt(table: Table, queued: QueuedSegment): Promise<void> {
    this.#count(table, 1);
    table.running.add(queued);
    const stop = this.#options.metrics.insertStarted(queued.segment.header.table);
    try {
      await this.#options.send(queued, this.#stopping.signal);
      await this.#options.onStored(queued.segment);
      table.failures = 0;
      stop('stored');
    } catch (error) {
      stop(outcomeOf(error));
      await this.#onFailure(table, queued, error);
    }
    this.#count(table, -1);
    table.running.delete(queued);
    for (const waiter of this.#idleWaiters) waiter();
    this.#idleWaiters.clear();
    this.#pump();
  }

  #count({ service }: Table, change: 1 | -1): void {
    this.#running += change;
    this.#runningOn.set(service, (this.#runningOn.get(service) ?? 0) + change);
  }

  async #onFailure(table: Table, queued: QueuedSegment, error: unknown): Promise<void> {
    if (error instanceof SegmentUnreadable) return this.#options.onUnreadable(queued.segment, error);
    // At the end of its lane: a segment that fails for a reason of its own must not hold up the others.
    this.#lanes.push(queued);
    if (this.#stopping.signal.aborted) return;
    const delayMs =
      Math.min(FIRST_DELAY_MS * 2 ** table.failures++, MAX_DELAY_MS) * (0.5 + Math.random() / 2);
    const reason = messageOf(error instanceof Error ? (error.cause ?? error) : error);
    this.#options.logger.warn(
      { table: table.key, retryInMs: Math.round(delayMs), reason },
      'a segment could not be stored, trying again',
    );
    clearTimeout(table.timer);
    table.timer = setTimeout(() => {
      table.timer = undefined;
      this.#pump();
    }, delayMs);
  }
}
