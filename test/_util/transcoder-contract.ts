import { describe, expect, it } from 'vitest';
import type { Resource } from '../../gen/otlp/opentelemetry/proto/resource/v1/resource.js';
import type { CardinalityLimits } from '../../services/otlp-receiver/admission/admission.js';
import { DerivedRows } from '../../services/otlp-receiver/derived/derived-rows.js';
import type { MessageShape } from '../../services/otlp-receiver/transcode/reference/message-shape.js';
import type { Transcode, TranscodeContext } from '../../services/otlp-receiver/transcode/transcode.js';
import { Random } from './random.js';
import { WireShuffler } from './wire-shuffler.js';

/** How much longer than usual to look for a difference: `FUZZ_ROUNDS=100 npm test -- --project unit wire`. */
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 1);
const TIMEOUT_MS = 60_000 * ROUNDS;
const NOW_UNIX_NANO = 1_795_000_000_123_456_789n;
const SMALL_CAPS = { maxMetricSeries: 30, maxAttributeKeys: 8, maxAttributeValuesPerKey: 3 };
const NANOS_PER_DAY = 86_400_000_000_000n;

export interface NamedItem {
  readonly name: string;
  readonly timeUnixNano: bigint;
}

export type ResourceFields = Parameters<typeof Resource.fromPartial>[0];

export interface TranscoderUnderTest {
  /** A transcoder that leaves to `reference` what it does not do itself. */
  readonly make: (reference?: Transcode) => { readonly transcode: Transcode };
  readonly reference: Transcode;
  readonly shape: MessageShape;
  readonly randomRequest: (random: Random, nowUnixNano: bigint, faults: number) => Uint8Array;
  /** A request of items whose names go to a dictionary. */
  readonly encode: (items: readonly NamedItem[], resource?: ResourceFields) => Uint8Array;
  /** Whether its items belong to series: their rows do not repeat the resource, and all that is noted must be equal, too. */
  readonly hasSeries?: boolean;
  /** Caps of the tenant whose requests are compared; with them, whatever else is on, both must decide alike. */
  readonly cardinality?: CardinalityLimits;
}

/** What every one-pass transcoder must do: whatever comes, exactly what its reference does. */
export function describeTranscoder(signal: string, subject: TranscoderUnderTest): void {
  const requestOf = (seed: number, faults: number) =>
    subject.randomRequest(new Random(seed), NOW_UNIX_NANO, faults);
  const shuffled = (seed: number, isStrange: boolean) =>
    new WireShuffler(new Random(seed), isStrange).shuffle(requestOf(seed, 0), subject.shape);

  describe(`the one-pass transcoder of ${signal} equals the reference`, () => {
    it.each<[string, number, (seed: number) => Uint8Array]>([
      ['clean requests', 120, (seed) => requestOf(seed, 0)],
      ['requests that come again', 120, (seed) => requestOf(1 + (seed % 40), seed % 8 === 0 ? 0.05 : 0)],
      ['requests with faults', 120, (seed) => requestOf(seed, 0.05)],
      ['fields in any order, repeated, between unknown ones', 120, (seed) => shuffled(seed, false)],
      ['strange forms', 120, (seed) => shuffled(seed, true)],
      ['damaged bytes: flipped, cut, repeated, joined', 400, (seed) => damage(requestOf(seed, 0), seed)],
      ['damaged strange forms', 200, (seed) => damage(shuffled(seed, true), seed)],
      ['requests of random bytes', 500, (seed) => new Random(seed).bytes(new Random(seed).below(200))],
      ['requests that make its dictionaries start anew', 30 / ROUNDS, manyNames],
    ])('on %s', { timeout: TIMEOUT_MS }, (_what, requests, request) => {
      const compare = comparison(subject);
      for (let seed = 1; seed <= requests * ROUNDS; seed++) compare(request(seed), seed);
    });

    const underCaps = it.each<[string, (seed: number) => Uint8Array]>([
      ['clean requests', (seed) => requestOf(1 + (seed % 40), 0)],
      ['requests with faults', (seed) => requestOf(1 + (seed % 40), 0.05)],
      ['damaged strange forms', (seed) => damage(shuffled(seed, true), seed)],
    ]);
    if (subject.hasSeries)
      underCaps('under caps that are reached, on %s', { timeout: TIMEOUT_MS }, (_what, request) => {
        const compare = comparison({ ...subject, cardinality: SMALL_CAPS });
        for (let seed = 1; seed <= 80 * ROUNDS; seed++) compare(request(seed), seed);
      });

    it('on more days than one block may touch', () => {
      const days = (count: number) =>
        Array.from({ length: count }, (_, day) => ({
          name: `day ${day % 7}`,
          timeUnixNano: NOW_UNIX_NANO - BigInt(day) * NANOS_PER_DAY,
        }));
      const compare = comparison({ ...subject, hasSeries: false }, 400);
      expect(compare(subject.encode(days(90)), 90)).toHaveLength(1);
      expect(compare(subject.encode([...days(200), ...days(100)]), 200)).toHaveLength(3);
    });

    const item = { name: 'n', timeUnixNano: NOW_UNIX_NANO };
    it.each<[string, RegExp, () => Uint8Array]>([
      [
        'more items',
        /holds more than 500000 items/,
        () => {
          const thousand = subject.encode(Array.from({ length: 1_000 }, () => item));
          return Buffer.concat([repeated(thousand, 500), subject.encode([item])]);
        },
      ],
      [
        'more of their resource',
        /repeated for every item of the request, take more than 33\d{6} bytes/,
        () => {
          const attributes = [{ key: 'k', value: { stringValue: 'x'.repeat(2 ** 20) } }];
          // Thirty-two times the request are what it may become.
          const items = Array.from({ length: 40 }, (_, index) => ({ ...item, name: `n ${index}` }));
          return subject.encode(items, { attributes });
        },
      ],
    ])(
      'and refuses requests whose rows would take %s than there is room for',
      {
        timeout: TIMEOUT_MS,
      },
      (_what, message, request) => {
        const bytes = request();
        for (const transcode of bothWays(subject))
          expect(() => transcode(bytes, contextWith(30))).toThrow(
            expect.objectContaining({ code: 'payload_too_large', message: expect.stringMatching(message) }),
          );
      },
    );

    it.each<[string, (seed: number) => Uint8Array]>([
      ['clean requests', (seed) => requestOf(seed, 0)],
      ['fields in any order, repeated, between unknown ones', (seed) => shuffled(seed, false)],
    ])('and does not need it for %s', { timeout: TIMEOUT_MS }, (_what, request) => {
      let asked = 0;
      const { transcode } = subject.make((bytes, context) => {
        asked++;
        return subject.reference(bytes, context);
      });
      for (let seed = 1; seed <= 200; seed++) transcode(request(seed), contextWith(30));
      expect(asked).toBe(0);
    });
  });

  function manyNames(seed: number): Uint8Array {
    const names = Array.from({ length: 1_000 }, (_, index) => `name ${seed}/${index}`);
    return subject.encode(names.map((name) => ({ name, timeUnixNano: NOW_UNIX_NANO })));
  }
}

const contextWith = (retentionDays: number): TranscodeContext => ({
  tenantId: 22,
  projectId: 2n ** 40n + 7n,
  nowUnixNano: NOW_UNIX_NANO,
  limits: { retentionDays },
});

/** One transcoder for all requests of a test: what it remembers from one must not show in the next. Returns the blocks. */
function comparison(subject: TranscoderUnderTest, retentionDays = 30) {
  const context = contextWith(retentionDays);
  const [fast, slow] = bothWays(subject);
  return (bytes: Uint8Array, seed: number): readonly unknown[] => {
    const actual = outcome(fast, bytes, context);
    expect(actual, `seed ${seed}`).toEqual(outcome(slow, bytes, context));
    return actual.blocks ?? [];
  };
}

/** The transcoder and its reference. */
function bothWays({ make, reference, hasSeries, cardinality }: TranscoderUnderTest): [Transcode, Transcode] {
  const fast = make().transcode;
  if (!hasSeries) return [fast, reference];
  return [withDerivedRows(fast, cardinality), withDerivedRows(reference, cardinality)];
}

/** Its blocks with those of what it notes; all requests share one memory of what is stored. */
function withDerivedRows(transcode: Transcode, cardinality: CardinalityLimits | undefined): Transcode {
  const derived = new DerivedRows();
  return (bytes, context) => {
    const delivery = derived.open({
      requestBytes: bytes.length,
      ...context,
      database: 'gob_cell_default',
      signal: 'metrics',
      cardinality,
    });
    const result = transcode(bytes, { ...context, sightings: delivery });
    const blocks = [...result.blocks, ...delivery.blocks()];
    delivery.stored();
    return { ...result, blocks, warning: JSON.stringify(delivery.limited()) };
  };
}

/** Everything that can be told about a transcoding from outside. */
function outcome(transcode: Transcode, bytes: Uint8Array, context: TranscodeContext) {
  try {
    const { blocks, accepted, rejected, firstRejection, warning } = transcode(bytes, context);
    const plain = blocks.map((block) => ({
      ...block,
      bytes: Buffer.from(block.bytes).toString('hex'),
      days: [...block.days].sort(),
    }));
    return { blocks: plain, accepted, rejected: [...rejected], firstRejection, warning };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** Messages one after another are one message with the fields of all. */
const repeated = (message: Uint8Array, times: number): Buffer =>
  Buffer.alloc(message.length * times, message);

function damage(request: Uint8Array, seed: number): Buffer {
  const random = new Random(seed);
  const bytes = Buffer.from(request);
  if (bytes.length === 0) return random.bytes(3);
  const at = random.below(bytes.length);
  switch (random.below(4)) {
    case 0:
      bytes[at] = random.below(256);
      return bytes;
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes, bytes]);
    default:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(2), bytes.subarray(at)]);
  }
}
