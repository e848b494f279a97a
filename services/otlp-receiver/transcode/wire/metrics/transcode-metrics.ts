import { transcodeMetrics as transcodeByReference } from '../../reference/transcode-metrics.js';
import type { Transcode, TranscodeContext, TranscodeResult } from '../../transcode.js';
import { AttributeOrder } from '../attribute-order.js';
import { Attributes } from '../attributes.js';
import { ByteDictionary } from '../columns/byte-dictionary.js';
import { Remembered, type ResourceBlock, type ScopeBlock, SharedReader } from '../columns/shared-blocks.js';
import { WireBytes } from '../wire-bytes.js';
import { areLarge, NOTHING_REJECTED, withReference } from '../with-reference.js';
import { type Envelope, findEnvelope, readItems } from './envelope.js';
import { KnownMetrics } from './known-metrics.js';
import { MetricReader } from './metric-reader.js';
import { MetricSightings } from './metric-sightings.js';
import type { MetricTools } from './metric-tools.js';
import { PointAttributes } from './point-attributes.js';
import { SeriesFinder } from './series-finder.js';

/** Field 1 of ExportMetricsServiceRequest. */
const RESOURCE_METRICS = 0x0a;

/** Larger requests are rare, and a point may take ten times as much in columns as on the wire. */
const MAX_KEPT_REQUEST_BYTES = 4 * 2 ** 20;

/**
 * One pass from the bytes of a request to the columns of the five tables of points. Its dictionaries and buffers are reused, so
 * one instance serves one request after another, never two at once.
 */
export class MetricsTranscoder {
  readonly #tools: MetricTools = newTools();
  readonly #known = new KnownMetrics(this.#tools.shared, this.#tools.texts.names);
  #metrics = new MetricReader(this.#tools, this.#known);
  readonly #resources = new Remembered<ResourceBlock>();
  readonly #scopes = new Remembered<ScopeBlock>();
  readonly transcode: Transcode;

  /** `reference` transcodes what is unusual. */
  constructor(reference: Transcode = transcodeByReference) {
    this.transcode = withReference(
      (bytes, context) => this.#transcodeUsual(bytes, context),
      reference,
      (bytes) => this.#letGo(bytes),
    );
  }

  #transcodeUsual(bytes: Uint8Array, context: TranscodeContext): TranscodeResult {
    const { source, sightings } = this.#tools;
    source.open(bytes);
    sightings.open(context.sightings !== undefined);
    this.#metrics.open(context);
    while (source.at < bytes.length) {
      const tag = source.varint31(bytes.length);
      if (tag === RESOURCE_METRICS) this.#resourceMetrics(source.delimited(bytes.length));
      else source.skip(tag, bytes.length);
    }
    const blocks = this.#metrics.finish(context);
    // Only now is it certain that nothing is unusual: the reference would report everything again.
    if (context.sightings) sightings.report(context.sightings, context);
    const accepted = blocks.reduce((sum, { rows }) => sum + rows, 0);
    return { blocks, accepted, rejected: NOTHING_REJECTED, firstRejection: undefined };
  }

  #resourceMetrics(end: number): void {
    const { source, shared, sightings } = this.#tools;
    const envelope = findEnvelope(source, end);
    this.#checkSchemaUrl(envelope);
    const resource = this.#resources.find(source, envelope.shared, envelope.sharedEnd, () =>
      shared.resource(envelope.shared, envelope.sharedEnd),
    );
    readItems(source, envelope, (itemEnd) => this.#scopeMetrics(resource, itemEnd));
    sightings.resourceEnds({ resource });
  }

  #scopeMetrics(resource: ResourceBlock, end: number): void {
    const { source, shared, sightings } = this.#tools;
    const envelope = findEnvelope(source, end);
    this.#checkSchemaUrl(envelope);
    const scope = this.#scopes.find(source, envelope.shared, envelope.sharedEnd, () =>
      shared.scope(envelope.shared, envelope.sharedEnd),
    );
    const target = this.#known.below(resource, scope);
    readItems(source, envelope, (itemEnd) => this.#metrics.read(target, itemEnd));
    sightings.scopeEnds(target);
  }

  /** Points do not store it, but it must be text. */
  #checkSchemaUrl({ schemaUrl, schemaUrlEnd }: Envelope): void {
    this.#tools.texts.names.find(this.#tools.source, schemaUrl, schemaUrlEnd);
  }

  #letGo(bytes: Uint8Array): void {
    const { sightings, texts, finder } = this.#tools;
    this.#metrics.clear();
    sightings.clear();
    if (finder.isFull || areLarge(texts)) this.#forget();
    // Columns keep the room that they have once needed.
    if (bytes.length > MAX_KEPT_REQUEST_BYTES) this.#metrics = new MetricReader(this.#tools, this.#known);
  }

  /** Everything that is remembered holds numbers of the dictionaries, so all of it goes together. */
  #forget(): void {
    const { texts, order, finder } = this.#tools;
    texts.names.clear();
    texts.keys.clear();
    order.clear();
    finder.clear();
    this.#known.clear();
    this.#resources.clear();
    this.#scopes.clear();
  }
}

function newTools(): MetricTools {
  const source = new WireBytes();
  const texts = { names: new ByteDictionary(), keys: new ByteDictionary() };
  const order = new AttributeOrder(texts.keys);
  const shared = new SharedReader(source, texts, order);
  const attributes = new Attributes(source, texts.keys);
  const finder = new SeriesFinder(new PointAttributes(texts.keys, order, shared));
  const sightings = new MetricSightings({ source, texts, shared, finder });
  return { source, texts, order, shared, attributes, finder, sightings };
}
