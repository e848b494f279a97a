import { ATTRIBUTE_BYTES, MAX_ITEMS, maxRepeatedBytes } from '../request-limits.js';
import type { AttributeOrder } from './attribute-order.js';
import type { AttributeBlock } from './columns/map-column.js';
import type { RowBlock, WireTexts } from './columns/row-block.js';
import { Remembered, type ResourceBlock, type ScopeBlock, SharedReader } from './columns/shared-blocks.js';
import type { SharedRun } from './note-sightings.js';
import type { TimeCheck } from './time-check.js';
import { UNUSUAL } from './unusual.js';
import type { WireBytes } from './wire-bytes.js';

/**
 * Fields 1 to 3 of ResourceSpans and ScopeSpans, ResourceLogs and ScopeLogs: what the items share, the messages below, and the
 * schema. Field 1 of the request is its list of resources.
 */
export const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;
const FIELD_3 = 0x1a;

const EMPTY_SCOPE: ScopeBlock = { name: 0, version: 0, keys: [], values: new Uint8Array(0) };

/** What the readers of a request share. */
export interface WireTools {
  readonly source: WireBytes;
  readonly texts: WireTexts;
  readonly order: AttributeOrder;
  readonly times: TimeCheck;
}

/** Reads the items of one signal into its block. */
export interface ItemReader {
  readonly block: RowBlock;
  /** Appends the message from the position to `end` as one row. */
  read(end: number): void;
  /** Called when the dictionaries start anew. */
  forget?(): void;
}

/** Where a message and the schema beside it lie; negative while they have not been met. */
interface Found {
  start: number;
  end: number;
  schema: number;
  schemaEnd: number;
}

/** Reads the resources and scopes of a request, which are encoded once for all items below them. */
export class EnvelopeReader {
  readonly #source: WireBytes;
  readonly #texts: WireTexts;
  readonly #items: ItemReader;
  readonly #shared: SharedReader;
  readonly #resources = new Remembered<ResourceBlock>();
  readonly #scopes = new Remembered<ScopeBlock>();
  readonly runs: SharedRun[] = [];
  #repeatedBytes = 0;

  constructor({ source, texts, order }: WireTools, items: ItemReader) {
    this.#source = source;
    this.#texts = texts;
    this.#items = items;
    this.#shared = new SharedReader(source, texts, order);
  }

  /** Makes ready for the next request. */
  clear(): void {
    this.runs.length = 0;
    this.#repeatedBytes = 0;
  }

  /** Everything that is remembered holds numbers of the dictionaries, so it goes with them. */
  forget(): void {
    this.#resources.clear();
    this.#scopes.clear();
  }

  /** The resource may come after its items, so what all rows share is appended at the end. */
  readResource(end: number): void {
    const source = this.#source;
    const { block } = this.#items;
    const before = block.rows;
    const found = this.#fields(end, (scopeEnd) => this.#readScope(scopeEnd));
    const [start, resourceEnd] = [Math.max(found.start, 0), Math.max(found.end, 0)];
    const resource = this.#resources.find(source, start, resourceEnd, () =>
      this.#shared.resource(start, resourceEnd),
    );
    const count = block.rows - before;
    this.#shareAmong(count, 'resource', resource);
    block.serviceName.pushRun([resource.serviceName], count);
    block.resourceAttrs.pushRun(resource, count);
    block.resourceSchemaUrl.pushRun([this.#schemaOf(found)], count);
    for (let row = 0; row < count; row++) block.resourceHash.uint64(resource.hashLow, resource.hashHigh);
    source.at = end;
  }

  #readScope(end: number): void {
    const source = this.#source;
    const { block } = this.#items;
    const before = block.rows;
    const found = this.#fields(end, (itemEnd) => this.#readItem(itemEnd));
    const scope =
      found.start < 0
        ? EMPTY_SCOPE
        : this.#scopes.find(source, found.start, found.end, () => this.#shared.scope(found.start, found.end));
    const count = block.rows - before;
    this.#shareAmong(count, 'scope', scope);
    block.scopeName.pushRun([scope.name], count);
    block.scopeVersion.pushRun([scope.version], count);
    block.scopeAttrs.pushRun(scope, count);
    block.scopeSchemaUrl.pushRun([this.#schemaOf(found)], count);
    source.at = end;
  }

  /** Reads what lies below and remembers where the shared message and its schema are. Two shared messages are UNUSUAL. */
  #fields(end: number, readBelow: (end: number) => void): Found {
    const source = this.#source;
    const found: Found = { start: -1, end: -1, schema: 0, schemaEnd: 0 };
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag !== FIELD_1 && tag !== FIELD_2 && tag !== FIELD_3) {
        source.skip(tag, end);
        continue;
      }
      const fieldEnd = source.delimited(end);
      if (tag === FIELD_2) readBelow(fieldEnd);
      else if (tag === FIELD_3) [found.schema, found.schemaEnd] = [source.at, fieldEnd];
      else if (found.start >= 0) throw UNUSUAL;
      else [found.start, found.end] = [source.at, fieldEnd];
      source.at = fieldEnd;
    }
    return found;
  }

  #schemaOf({ schema, schemaEnd }: Found): number {
    return this.#texts.names.find(this.#source, schema, schemaEnd);
  }

  #readItem(end: number): void {
    if (this.#items.block.rows === MAX_ITEMS) throw UNUSUAL;
    this.#items.read(end);
  }

  /** The last `count` rows share these attributes. More of them than may be repeated is UNUSUAL. */
  #shareAmong(count: number, source: SharedRun['source'], shared: AttributeBlock): void {
    this.#repeatedBytes += count * (shared.values.length + shared.keys.length * ATTRIBUTE_BYTES);
    if (this.#repeatedBytes > maxRepeatedBytes(this.#source.bytes.length)) throw UNUSUAL;
    if (shared.keys.length === 0) return;
    const entries = () => this.#shared.textsOf(shared);
    this.runs.push({ source, from: this.#items.block.rows - count, count, entries });
  }
}
