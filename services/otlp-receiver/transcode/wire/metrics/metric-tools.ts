import type { AttributeOrder } from '../attribute-order.js';
import type { Attributes } from '../attributes.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';
import type { SharedReader } from '../columns/shared-blocks.js';
import type { WireBytes } from '../wire-bytes.js';
import type { MetricSightings } from './metric-sightings.js';
import type { SeriesFinder } from './series-finder.js';

/** What the readers of metrics share. */
export interface MetricTools {
  readonly source: WireBytes;
  readonly texts: { readonly names: ByteDictionary; readonly keys: ByteDictionary };
  readonly order: AttributeOrder;
  readonly shared: SharedReader;
  /** For attributes that are read and not kept. */
  readonly attributes: Attributes;
  readonly finder: SeriesFinder;
  readonly sightings: MetricSightings;
}
