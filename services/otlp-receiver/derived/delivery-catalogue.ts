import type { NativeBlock } from '../native/block.js';
import { DayBlocks } from '../native/day-blocks.js';
import type { AttributeSource } from '../transcode/sightings.js';
import { AttributePairs, type CatalogueMiss, missOf } from './attribute-pairs.js';
import {
  CATALOGUE_SIGNALS,
  CATALOGUE_SOURCES,
  CATALOGUE_TABLE,
  catalogueColumns,
} from './catalogue-columns.js';
import type { Memory, Owner } from './derived-rows.js';
import type { LimitNote } from './limit-note.js';

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

interface Missed {
  readonly key: string;
  items: number;
}

/** The attributes that one delivery carries, as far as the catalogue does not have them and has room for them. */
export class DeliveryCatalogue {
  readonly #owner: Owner;
  readonly #memory: Memory;
  readonly #pairs = new Map<string, NewPairs>();
  readonly #missed = new Map<CatalogueMiss, Missed>();

  constructor(owner: Owner, memory: Memory) {
    this.#owner = owner;
    this.#memory = memory;
  }

  /** As `Sightings.attributes`. */
  note(
    day: number,
    source: AttributeSource,
    entries: readonly (readonly [string, string])[],
    items: number,
  ): void {
    if (entries.length === 0) return;
    const { projectId, signal, key: tenantKey, cardinality } = this.#owner;
    const groupKey = `${projectId} ${signal} ${source} ${day}`;
    const known = this.#memory.pairs.find(tenantKey, groupKey);
    const added = this.#pairs.get(groupKey) ?? { day, source, pairs: new AttributePairs(known) };
    for (const [key, value] of entries) {
      if (known?.has(key, value)) continue;
      const miss = added.pairs.has(key, value)
        ? undefined
        : missOf(key, value, [known, added.pairs], cardinality);
      if (miss === undefined) added.pairs.add(key, value, items);
      else this.#miss(miss, key, items);
    }
    if (added.pairs.size > 0) this.#pairs.set(groupKey, added);
  }

  blocks(): NativeBlock[] {
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
      this.#memory.pairs.extend(this.#owner.key, groupKey, (group) => {
        for (const [key, value, items] of pairs) group.add(key, value, items);
      });
  }

  /** The items themselves are stored as they are; what is missing is their completion. */
  limited(): LimitNote[] {
    const caps = this.#owner.cardinality;
    if (!caps) return [];
    return [...this.#missed].flatMap(([miss, { key, items }]): LimitNote[] => {
      if (miss === 'too_long' || miss === 'too_many_pairs') return [];
      const isKey = miss === 'attribute_keys_cap';
      const limit = isKey
        ? `${caps.maxAttributeKeys} attribute names`
        : `${caps.maxAttributeValuesPerKey} values of an attribute`;
      const detail = `Attribute ${JSON.stringify(key)} has more than the catalogue keeps (${limit} a day): the data is stored as it is, and what is new of it is not offered for completion.`;
      const field = isKey ? 'max_attribute_keys' : 'max_attribute_values_per_key';
      const remedy = `Put what is different for every item into the body or one attribute, or have ${field} raised.`;
      const measured = `more than ${limit}`;
      return [
        { reason: miss, detail, limit, measured, remedy, serviceName: undefined, items, isChanged: false },
      ];
    });
  }

  #miss(miss: CatalogueMiss, key: string, items: number): void {
    const missed = this.#missed.get(miss);
    if (missed) missed.items += items;
    else this.#missed.set(miss, { key, items });
  }
}
