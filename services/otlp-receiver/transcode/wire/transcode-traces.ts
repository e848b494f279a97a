import { acceptWindow } from '../accept-window.js';
import { transcodeTraces as transcodeByReference } from '../reference/transcode-traces.js';
import type { Transcode, TranscodeContext, TranscodeResult } from '../transcode.js';
import { AttributeOrder } from './attribute-order.js';
import { ByteDictionary } from './byte-dictionary.js';
import type { AttributeBlock } from './map-column.js';
import { noteSightings, type SharedRun } from './note-sightings.js';
import { Remembered, type ResourceBlock, type ScopeBlock, SharedReader } from './shared-blocks.js';
import { SpanBlock } from './span-block.js';
import { SpanReader } from './span-reader.js';
import { TimeCheck } from './time-check.js';
import { UNUSUAL } from './unusual.js';
import { WireBytes } from './wire-bytes.js';

/** Field 1 of ExportTraceServiceRequest, ResourceSpans and ScopeSpans, field 2 and 3 of the latter two: all messages or texts. */
const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;
const FIELD_3 = 0x1a;

/** A dictionary that has grown beyond this holds names that do not come back; it starts anew. */
const MAX_TEXTS = 20_000;
const MAX_TEXT_BYTES = 4 * 2 ** 20;

const EMPTY_SCOPE: ScopeBlock = { name: 0, version: 0, keys: [], values: new Uint8Array(0) };
const NOTHING_REJECTED: TranscodeResult['rejected'] = new Map();

/**
 * One pass from the bytes of a request to the columns of a block. Its dictionaries and buffers are reused, so one instance serves
 * one request after another, never two at once.
 */
export class TracesTranscoder {
  readonly #source = new WireBytes();
  readonly #texts = { names: new ByteDictionary(), keys: new ByteDictionary() };
  readonly #order = new AttributeOrder(this.#texts.keys);
  readonly #block = new SpanBlock(this.#texts);
  readonly #times = new TimeCheck(this.#source);
  readonly #spans = new SpanReader(this.#source, this.#texts, this.#order, this.#block, this.#times);
  readonly #shared = new SharedReader(this.#source, this.#texts, this.#order);
  readonly #resources = new Remembered<ResourceBlock>();
  readonly #scopes = new Remembered<ScopeBlock>();
  readonly #runs: SharedRun[] = [];
  readonly #reference: Transcode;

  /** `reference` transcodes what is unusual. */
  constructor(reference: Transcode = transcodeByReference) {
    this.#reference = reference;
  }

  readonly transcode: Transcode = (bytes, context) => {
    try {
      return this.#transcodeUsual(bytes, context);
    } catch (thrown) {
      if (thrown !== UNUSUAL) throw thrown;
      return this.#reference(bytes, context);
    } finally {
      this.#block.clear();
      this.#runs.length = 0;
      this.#forgetIfLarge();
    }
  };

  #transcodeUsual(bytes: Uint8Array, context: TranscodeContext): TranscodeResult {
    const source = this.#source;
    source.open(bytes);
    this.#times.open(acceptWindow(context.nowUnixNano, context.limits.retentionDays));
    while (source.at < bytes.length) {
      const tag = source.varint31(bytes.length);
      if (tag === FIELD_1) this.#resourceSpans(source.delimited(bytes.length));
      else source.skip(tag, bytes.length);
    }
    const rows = this.#block.rows;
    this.#appendOwner(context, rows);
    const blocks = rows === 0 ? [] : [this.#block.finish([...this.#times.days])];
    // Only now is it certain that nothing is unusual: the reference would note everything again.
    if (context.sightings)
      noteSightings({ block: this.#block, days: this.#times.days, runs: this.#runs }, context.sightings);
    return { blocks, accepted: rows, rejected: NOTHING_REJECTED, firstRejection: undefined };
  }

  #appendOwner({ tenantId, projectId }: TranscodeContext, rows: number): void {
    const { tenantId: tenants, projectId: projects } = this.#block;
    const [low, high] = [Number(projectId & 0xffffffffn), Number(projectId >> 32n)];
    for (let row = 0; row < rows; row++) {
      tenants.uint32(tenantId);
      projects.uint64(low, high);
    }
  }

  /** The resource may come after its spans, so what all rows share is appended at the end. */
  #resourceSpans(end: number): void {
    const source = this.#source;
    const before = this.#block.rows;
    let [resource, resourceEnd, schema, schemaEnd] = [-1, -1, 0, 0];
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag !== FIELD_1 && tag !== FIELD_2 && tag !== FIELD_3) {
        source.skip(tag, end);
        continue;
      }
      const fieldEnd = source.delimited(end);
      if (tag === FIELD_2) this.#scopeSpans(fieldEnd);
      else if (tag === FIELD_3) [schema, schemaEnd] = [source.at, fieldEnd];
      else if (resource >= 0) throw UNUSUAL;
      else [resource, resourceEnd] = [source.at, fieldEnd];
      source.at = fieldEnd;
    }
    const start = Math.max(resource, 0);
    const shared = this.#resources.find(source, start, Math.max(resourceEnd, 0), () =>
      this.#shared.resource(start, Math.max(resourceEnd, 0)),
    );
    this.#appendResource(
      shared,
      this.#texts.names.find(source, schema, schemaEnd),
      this.#block.rows - before,
    );
    source.at = end;
  }

  #appendResource(resource: ResourceBlock, schemaUrl: number, count: number): void {
    const block = this.#block;
    this.#noteRun('resource', resource, count);
    block.serviceName.pushRun([resource.serviceName], count);
    block.resourceAttrs.pushRun(resource, count);
    block.resourceSchemaUrl.pushRun([schemaUrl], count);
    for (let row = 0; row < count; row++) block.resourceHash.uint64(resource.hashLow, resource.hashHigh);
  }

  #scopeSpans(end: number): void {
    const source = this.#source;
    const before = this.#block.rows;
    let [scope, scopeEnd, schema, schemaEnd] = [-1, -1, 0, 0];
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag !== FIELD_1 && tag !== FIELD_2 && tag !== FIELD_3) {
        source.skip(tag, end);
        continue;
      }
      const fieldEnd = source.delimited(end);
      if (tag === FIELD_2) this.#spans.read(fieldEnd);
      else if (tag === FIELD_3) [schema, schemaEnd] = [source.at, fieldEnd];
      else if (scope >= 0) throw UNUSUAL;
      else [scope, scopeEnd] = [source.at, fieldEnd];
      source.at = fieldEnd;
    }
    const shared =
      scope < 0
        ? EMPTY_SCOPE
        : this.#scopes.find(source, scope, scopeEnd, () => this.#shared.scope(scope, scopeEnd));
    this.#appendScope(shared, this.#texts.names.find(source, schema, schemaEnd), this.#block.rows - before);
    source.at = end;
  }

  #appendScope(scope: ScopeBlock, schemaUrl: number, count: number): void {
    const block = this.#block;
    this.#noteRun('scope', scope, count);
    block.scopeName.pushRun([scope.name], count);
    block.scopeVersion.pushRun([scope.version], count);
    block.scopeAttrs.pushRun(scope, count);
    block.scopeSchemaUrl.pushRun([schemaUrl], count);
  }

  /** The last `count` rows share these attributes. */
  #noteRun(source: SharedRun['source'], shared: AttributeBlock, count: number): void {
    if (shared.keys.length === 0) return;
    const entries = () => this.#shared.textsOf(shared);
    this.#runs.push({ source, from: this.#block.rows - count, count, entries });
  }

  /** Everything that is remembered holds numbers of the dictionaries, so all of it goes together. */
  #forgetIfLarge(): void {
    const isLarge = ({ size, encoded }: ByteDictionary) =>
      size > MAX_TEXTS || encoded.length > MAX_TEXT_BYTES;
    if (!isLarge(this.#texts.names) && !isLarge(this.#texts.keys)) return;
    this.#texts.names.clear();
    this.#texts.keys.clear();
    this.#order.clear();
    this.#resources.clear();
    this.#scopes.clear();
  }
}
