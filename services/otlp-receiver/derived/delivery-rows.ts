import type { NativeBlock } from '../native/block.js';
import { DayBlocks } from '../native/day-blocks.js';
import { SERIES_TABLE, type SeriesRow, seriesColumns } from '../transcode/metric-columns.js';
import { RepeatedBytes, sharedBytes } from '../transcode/request-limits.js';
import type { AttributeSource } from '../transcode/sightings.js';
import { AttributePairs, fitsCatalogue } from './attribute-pairs.js';
import {
  CATALOGUE_SIGNALS,
  CATALOGUE_SOURCES,
  CATALOGUE_TABLE,
  catalogueColumns,
} from './catalogue-columns.js';
import type { Memory, OpenDelivery, Owner } from './derived-rows.js';
import type { LruSet } from './lru-set.js';

const SIGNAL_VALUES = {
  traces: CATALOGUE_SIGNALS.indexOf('spans') + 1,
  logs: CATALOGUE_SIGNALS.indexOf('logs') + 1,
  metrics: CATALOGUE_SIGNALS.indexOf('metrics') + 1,
};

interface NewPairs {
  readonly day: number;
  readonly source: AttributeSource;
  readonly pairs: AttributePairs;
}

interface DaySeries {
  readonly day: number;
  readonly known: LruSet<bigint> | undefined;
  readonly added: Set<bigint>;
}

/** Collects what one export brings that is not stored yet. Nothing is remembered before `stored`. */
export class DeliveryRows implements OpenDelivery {
  readonly #owner: Owner;
  readonly #memory: Memory;
  readonly #tenantKey: string;
  readonly #pairs = new Map<string, NewPairs>();
  readonly #series = new Map<string, Set<bigint>>();
  /** Points of one day mostly follow one another. */
  #lastSeries: DaySeries | undefined;
  readonly #repeated = new RepeatedBytes();
  readonly #seriesRows = new DayBlocks(SERIES_TABLE, seriesColumns);

  constructor(owner: Owner, memory: Memory) {
    this.#owner = owner;
    this.#memory = memory;
    this.#tenantKey = `${owner.database} ${owner.tenantId}`;
  }

  attributes(
    day: number,
    source: AttributeSource,
    entries: readonly (readonly [string, string])[],
    items: number,
  ): void {
    if (entries.length === 0) return;
    const groupKey = `${this.#owner.projectId} ${this.#owner.signal} ${source} ${day}`;
    const known = this.#memory.pairs.find(this.#tenantKey, groupKey);
    const added = this.#pairs.get(groupKey) ?? { day, source, pairs: new AttributePairs() };
    for (const [key, value] of entries) {
      if (known?.has(key, value)) continue;
      const isNew = !added.pairs.has(key, value);
      if (!isNew || fitsCatalogue(key, value, [known, added.pairs])) added.pairs.add(key, value, items);
    }
    if (added.pairs.size > 0) this.#pairs.set(groupKey, added);
  }

  series(day: number, seriesId: bigint, row: () => SeriesRow): boolean {
    const { known, added } = this.#seriesOf(day);
    if (known?.has(seriesId)) return false;
    if (added.has(seriesId)) return true;
    added.add(seriesId);
    const labels = row();
    const { ResourceAttrs, ScopeAttrs, Description } = labels;
    this.#repeated.add(sharedBytes(ResourceAttrs, ScopeAttrs) + Buffer.byteLength(Description));
    this.#seriesRows.append(labels, day);
    return true;
  }

  #seriesOf(day: number): DaySeries {
    if (this.#lastSeries?.day === day) return this.#lastSeries;
    const groupKey = `${this.#owner.projectId} ${day}`;
    const added = this.#series.get(groupKey) ?? new Set();
    this.#series.set(groupKey, added);
    this.#lastSeries = { day, added, known: this.#memory.series.find(this.#tenantKey, groupKey) };
    return this.#lastSeries;
  }

  blocks(): NativeBlock[] {
    return [...this.#seriesRows.finish(), ...this.#catalogueBlocks()];
  }

  #catalogueBlocks(): NativeBlock[] {
    const { tenantId, projectId, signal } = this.#owner;
    const rows = new DayBlocks(CATALOGUE_TABLE, catalogueColumns);
    for (const { day, source, pairs } of this.#pairs.values()) {
      const shared = {
        TenantId: tenantId,
        ProjectId: projectId,
        Day: day,
        Signal: SIGNAL_VALUES[signal],
        Source: CATALOGUE_SOURCES.indexOf(source) + 1,
      };
      for (const [key, value, items] of pairs)
        rows.append({ ...shared, Key: key, Value: value, Rows: BigInt(items) }, day);
    }
    return rows.finish();
  }

  stored(): void {
    for (const [groupKey, { pairs }] of this.#pairs)
      this.#memory.pairs.extend(this.#tenantKey, groupKey, (group) => {
        for (const [key, value, items] of pairs) group.add(key, value, items);
      });
    for (const [groupKey, ids] of this.#series) {
      if (ids.size === 0) continue;
      this.#memory.series.extend(this.#tenantKey, groupKey, (group) => {
        for (const id of ids) group.add(id);
      });
    }
  }
}
