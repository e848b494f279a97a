import { hash } from 'node:crypto';
import { ByteDictionary } from '../columns/byte-dictionary.js';
import { type ByteSource, GrowableBytes } from '../columns/growable-bytes.js';
import type { KnownMetric, Series } from './known-metrics.js';
import type { PointAttributes } from './point-attributes.js';

/** What is remembered beyond this is forgotten at the end of a request; a series takes about 250 bytes, its attributes apart. */
const MAX_SERIES = 100_000;
const MAX_ATTRIBUTE_BYTES = 16 * 2 ** 20;

/**
 * Finds the series of points by the bytes of their attributes as they were sent, so that only the first point of a series has
 * its attributes read, sorted and hashed. Points come in the same order in every export, so the attributes that followed the
 * last ones the time before are tried first.
 */
export class SeriesFinder {
  readonly #reader: PointAttributes;
  /** Attributes as they were sent. Number 0 is none. */
  readonly #sets = new ByteDictionary(() => true);
  #followers = new Int32Array(1024);
  #lastSet = 0;
  #size = 0;
  readonly #hashed = new GrowableBytes();

  constructor(reader: PointAttributes) {
    this.#reader = reader;
  }

  get isFull(): boolean {
    return this.#size > MAX_SERIES || this.#sets.encoded.length > MAX_ATTRIBUTE_BYTES;
  }

  clear(): void {
    this.#sets.clear();
    this.#followers.fill(0);
    this.#lastSet = 0;
    this.#size = 0;
  }

  /** The series of a point whose attributes are the fields `[start, end)`. */
  find(metric: KnownMetric, source: ByteSource, start: number, end: number): Series {
    const set = this.#setOf(source, start, end);
    const known = metric.series.get(set);
    if (known !== undefined) return known;
    const series = this.#make(metric, set);
    metric.series.set(set, series);
    this.#size++;
    return series;
  }

  /** The attributes of a series as they are stored. */
  textsOf({ set }: Series): [string, string][] {
    return this.#reader.textsOf(this.#sets.bytesOf(set));
  }

  #setOf(source: ByteSource, start: number, end: number): number {
    const last = this.#lastSet;
    const set = this.#sets.findLike(this.#followers[last] as number, source, start, end);
    if (set >= this.#followers.length) this.#grow(set);
    this.#followers[last] = set;
    this.#lastSet = set;
    return set;
  }

  #grow(set: number): void {
    const larger = new Int32Array(Math.max(this.#followers.length * 2, set + 1));
    larger.set(this.#followers);
    this.#followers = larger;
  }

  /** The id is that of `seriesId`. */
  #make({ digest: metric }: KnownMetric, set: number): Series {
    const hashed = this.#hashed;
    hashed.length = 0;
    hashed.raw(metric);
    this.#reader.encode(this.#sets.bytesOf(set), hashed);
    const digest = hash('sha256', hashed.bytes.subarray(0, hashed.length), 'buffer');
    const [low, high] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    return { set, low, high, id: digest.readBigUInt64LE(0), notedRequest: 0, lastNote: 0 };
  }
}
