import type { LruSet } from '../../../lib/limits/lru-set.js';
import type { NativeBlock } from '../native/block.js';
import { DayBlocks } from '../native/day-blocks.js';
import { SERIES_TABLE, type SeriesRow, seriesColumns } from '../transcode/metric-columns.js';
import { RepeatedBytes, sharedBytes } from '../transcode/request-limits.js';
import type { Memory, Owner } from './derived-rows.js';
import type { LabelValues } from './label-values.js';
import type { LimitNote } from './limit-note.js';
import { OVERFLOW_LABEL, overflowRow } from './overflow-row.js';
import type { SeriesCount, SeriesFate } from './series-count.js';
import { type AskStored, seriesKey } from './stored-series.js';

/** The series of one day in one delivery. */
interface DaySeries {
  readonly day: number;
  /** With labels, and over the cap: what this process has stored rows of. */
  readonly known: LruSet<bigint> | undefined;
  readonly knownOver: LruSet<bigint> | undefined;
  /** New in this delivery. */
  readonly added: Set<bigint>;
  readonly addedOver: Set<bigint>;
  /** Another process has stored a row of them. */
  readonly found: Set<bigint>;
  count: SeriesCount | undefined;
}

interface Over {
  /** The first one, for a sentence. */
  readonly row: SeriesRow;
  readonly labels: LabelValues | undefined;
  points: number;
}

/** The series that one delivery has points of: their rows as far as they are new, and which of them are over the tenant's cap. */
export class DeliverySeries {
  readonly #owner: Owner;
  readonly #memory: Memory;
  readonly #askStored: AskStored;
  readonly #days = new Map<number, DaySeries>();
  /** Points of one day mostly follow one another. */
  #last: DaySeries | undefined;
  readonly #repeated: RepeatedBytes;
  readonly #rows = new DayBlocks(SERIES_TABLE, seriesColumns);
  #lastResource: SeriesRow['ResourceAttrs'] | undefined;
  #over: Over | undefined;

  constructor(owner: Owner, memory: Memory, askStored: AskStored) {
    this.#owner = owner;
    this.#memory = memory;
    this.#askStored = askStored;
    this.#repeated = new RepeatedBytes(owner.requestBytes ?? Number.POSITIVE_INFINITY);
  }

  /** As `Sightings.series`. */
  note(day: number, seriesId: bigint, row: () => SeriesRow, points: number): boolean {
    const series = this.#last?.day === day ? this.#last : this.#of(day);
    if (series.known?.has(seriesId)) return false;
    if (series.added.has(seriesId)) return true;
    const fate = this.#decide(series, seriesId);
    if (fate === 'stored') series.found.add(seriesId);
    if (fate === 'over') this.#noteOver(series, { seriesId, row, points });
    if (fate !== 'fits') return false;
    series.added.add(seriesId);
    this.#append(row(), day);
    return true;
  }

  blocks(): NativeBlock[] {
    for (const { day, count } of this.#days.values()) if (count) this.#review(day);
    return this.#rows.finish();
  }

  stored(): void {
    const { series, overSeries } = this.#memory;
    for (const { day, added, found, addedOver } of this.#days.values()) {
      for (const ids of [added, found])
        if (ids.size > 0) series.extend(this.#owner.key, this.#groupKey(day), addAll(ids));
      if (addedOver.size > 0) overSeries.extend(this.#owner.key, this.#groupKey(day), addAll(addedOver));
    }
  }

  limited(): LimitNote | undefined {
    const cap = this.#cap;
    if (!this.#over || cap === undefined) return undefined;
    const { row, points } = this.#over;
    const labels = this.#over.labels?.describeMost() ?? '';
    const what = `service ${JSON.stringify(row.ServiceName)}, metric ${JSON.stringify(row.MetricName)}`;
    return {
      reason: 'series_cap',
      detail: `The cap of ${cap} series a day is reached by ${what}${labels === '' ? '' : `: ${labels}`}. Points of further series are stored without their labels, marked ${OVERFLOW_LABEL}=true.`,
      limit: `${cap} series a day`,
      measured: `more than ${cap} series`,
      remedy:
        'Drop the label with most values, by a view of the SDK or in the Collector, or have max_metric_series raised.',
      serviceName: row.ServiceName,
      items: points,
      isChanged: true,
    };
  }

  get #cap(): number | undefined {
    return this.#owner.cardinality?.maxMetricSeries;
  }

  #groupKey(day: number): string {
    return `${this.#owner.projectId} ${day}`;
  }

  #of(day: number): DaySeries {
    const groupKey = this.#groupKey(day);
    const { series, overSeries } = this.#memory;
    const made = this.#days.get(day) ?? {
      day,
      known: series.find(this.#owner.key, groupKey),
      knownOver: overSeries.find(this.#owner.key, groupKey),
      ...{ added: new Set<bigint>(), addedOver: new Set<bigint>(), found: new Set<bigint>() },
      count: undefined,
    };
    this.#days.set(day, made);
    this.#last = made;
    return made;
  }

  #decide(series: DaySeries, seriesId: bigint): SeriesFate {
    const cap = this.#cap;
    if (cap === undefined) return 'fits';
    if (series.found.has(seriesId)) return 'stored';
    series.count ??= this.#countOf(series.day);
    const isOver = series.addedOver.has(seriesId) || series.knownOver?.has(seriesId) === true;
    if (isOver && !series.count.hasRoom(cap)) return 'over';
    return series.count.decide(seriesKey(seriesId, this.#owner.projectId), cap, performance.now());
  }

  #countOf(day: number): SeriesCount {
    let count: SeriesCount | undefined;
    this.#memory.counts.extend(this.#owner.key, String(day), (known) => {
      count = known;
    });
    return count as unknown as SeriesCount;
  }

  /** Enters what the count has grown by, and asks the store when it is time. */
  #review(day: number): void {
    const { counts } = this.#memory;
    const { key, database, tenantId } = this.#owner;
    const cap = this.#cap ?? 0;
    counts.extend(key, String(day), (count) => {
      count.measure();
      if (!count.wantsToAsk(cap, performance.now())) return;
      void this.#askStored({ database, tenantId, day }).then((stored) =>
        counts.extend(key, String(day), (now) =>
          stored ? now.asked(stored, performance.now()) : now.failed(),
        ),
      );
    });
  }

  #noteOver(series: DaySeries, { seriesId, row, points }: OverPoints): void {
    const isNew = !series.addedOver.has(seriesId) && series.knownOver?.has(seriesId) !== true;
    const labels = isNew || !this.#over ? row() : undefined;
    if (labels && isNew) {
      series.addedOver.add(seriesId);
      this.#append(overflowRow(labels), series.day);
      series.count?.labels.add(labels.Attrs);
      if (labels.ResourceAttrs !== this.#lastResource) series.count?.labels.add(labels.ResourceAttrs);
      this.#lastResource = labels.ResourceAttrs;
    }
    if (labels) this.#over ??= { row: labels, labels: series.count?.labels, points: 0 };
    if (this.#over) this.#over.points += points;
  }

  #append(labels: SeriesRow, day: number): void {
    const { ResourceAttrs, ScopeAttrs, Description } = labels;
    this.#repeated.add(sharedBytes(ResourceAttrs, ScopeAttrs) + Buffer.byteLength(Description));
    this.#rows.append(labels, day);
  }
}

interface OverPoints {
  readonly seriesId: bigint;
  readonly row: () => SeriesRow;
  readonly points: number;
}

function addAll(ids: ReadonlySet<bigint>): (group: LruSet<bigint>) => void {
  return (group) => {
    for (const id of ids) group.add(id);
  };
}
