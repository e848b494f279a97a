import type { Transcode, TranscodeContext, TranscodeResult } from '../transcode.js';
import { AttributeOrder } from './attribute-order.js';
import { ByteDictionary } from './columns/byte-dictionary.js';
import { EnvelopeReader, FIELD_1, type ItemReader, type WireTools } from './envelope-reader.js';
import { noteSightings } from './note-sightings.js';
import { TimeCheck } from './time-check.js';
import { WireBytes } from './wire-bytes.js';
import { areLarge, NOTHING_REJECTED, withReference } from './with-reference.js';

/**
 * One pass from the bytes of a request to the columns of a block. Its dictionaries and buffers are reused, so one instance serves
 * one request after another, never two at once.
 */
export class OnePass {
  readonly #source = new WireBytes();
  readonly #texts = { names: new ByteDictionary(), keys: new ByteDictionary() };
  readonly #order = new AttributeOrder(this.#texts.keys);
  readonly #times = new TimeCheck(this.#source);
  readonly #items: ItemReader;
  readonly #envelopes: EnvelopeReader;
  readonly transcode: Transcode;

  /** `reference` transcodes what is unusual. */
  constructor(reference: Transcode, makeReader: (tools: WireTools) => ItemReader) {
    const tools = { source: this.#source, texts: this.#texts, order: this.#order, times: this.#times };
    this.#items = makeReader(tools);
    this.#envelopes = new EnvelopeReader(tools, this.#items);
    this.transcode = withReference(
      (bytes, context) => this.#transcodeUsual(bytes, context),
      reference,
      () => this.#letGo(),
    );
  }

  #transcodeUsual(bytes: Uint8Array, context: TranscodeContext): TranscodeResult {
    const source = this.#source;
    const { block } = this.#items;
    source.open(bytes);
    this.#times.open(context);
    while (source.at < bytes.length) {
      const tag = source.varint31(bytes.length);
      if (tag === FIELD_1) this.#envelopes.readResource(source.delimited(bytes.length));
      else source.skip(tag, bytes.length);
    }
    const { rows } = block;
    block.appendOwner(context);
    const { days } = this.#times;
    const blocks = rows === 0 ? [] : [block.finish([...days])];
    // Only now is it certain that nothing is unusual: the reference would note everything again.
    if (context.sightings) noteSightings({ block, days, runs: this.#envelopes.runs }, context.sightings);
    return { blocks, accepted: rows, rejected: NOTHING_REJECTED, firstRejection: undefined };
  }

  #letGo(): void {
    this.#items.block.clear();
    this.#envelopes.clear();
    if (areLarge(this.#texts)) this.#forget();
  }

  /** Everything that is remembered holds numbers of the dictionaries, so all of it goes together. */
  #forget(): void {
    this.#texts.names.clear();
    this.#texts.keys.clear();
    this.#order.clear();
    this.#envelopes.forget();
    this.#items.forget?.();
  }
}
