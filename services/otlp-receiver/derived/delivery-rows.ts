import type { NativeBlock } from '../native/block.js';
import type { SeriesRow } from '../transcode/metric-columns.js';
import type { AttributeSource } from '../transcode/sightings.js';
import { DeliveryCatalogue } from './delivery-catalogue.js';
import { DeliverySeries } from './delivery-series.js';
import type { Authorities, Memory, OpenDelivery, Owner } from './derived-rows.js';
import type { LimitNote } from './limit-note.js';

/** Collects what one export brings that is not stored yet. Nothing is remembered before `stored`. */
export class DeliveryRows implements OpenDelivery {
  readonly #series: DeliverySeries;
  readonly #catalogue: DeliveryCatalogue;

  constructor(owner: Owner, memory: Memory, authorities: Authorities | undefined) {
    this.#series = new DeliverySeries(owner, memory, authorities);
    this.#catalogue = new DeliveryCatalogue(owner, memory);
  }

  attributes(
    day: number,
    source: AttributeSource,
    entries: readonly (readonly [string, string])[],
    items: number,
  ): void {
    this.#catalogue.note(day, source, entries, items);
  }

  series(day: number, seriesId: bigint, row: () => SeriesRow, points: number): boolean {
    return this.#series.note(day, seriesId, row, points);
  }

  get lacksRoom(): boolean {
    return this.#series.lacksRoom;
  }

  takeRoom(): Promise<boolean> {
    return this.#series.takeRoom();
  }

  blocks(): NativeBlock[] {
    return [...this.#series.blocks(), ...this.#catalogue.blocks()];
  }

  stored(): void {
    this.#catalogue.stored();
    this.#series.stored();
  }

  limited(): readonly LimitNote[] {
    const series = this.#series.limited();
    return series ? [series, ...this.#catalogue.limited()] : this.#catalogue.limited();
  }
}
