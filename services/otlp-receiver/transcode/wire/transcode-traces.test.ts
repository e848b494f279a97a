import { describe, expect, it } from 'vitest';
import { Random } from '../../../../test/_util/random.js';
import { RandomTraces } from '../../../../test/_util/random-traces.js';
import { transcodeTraces } from '../reference/transcode-traces.js';
import type { Transcode, TranscodeContext } from '../transcode.js';
import { TracesTranscoder } from './transcode-traces.js';

/** How much longer than usual to look for a difference: `FUZZ_ROUNDS=100 npm test -- --project unit wire`. */
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 1);
const TIMEOUT_MS = 60_000 * ROUNDS;
const NOW_UNIX_NANO = 1_795_000_000_123_456_789n;
const context: TranscodeContext = {
  tenantId: 22,
  projectId: 2n ** 40n + 7n,
  nowUnixNano: NOW_UNIX_NANO,
  limits: { retentionDays: 30 },
};

/** Everything that can be told about a transcoding from outside. */
function outcome(transcode: Transcode, bytes: Uint8Array) {
  try {
    const { blocks, accepted, rejected, firstRejection } = transcode(bytes, context);
    const plain = blocks.map((block) => ({
      ...block,
      bytes: Buffer.from(block.bytes).toString('hex'),
      days: [...block.days].sort(),
    }));
    return { blocks: plain, accepted, rejected: [...rejected], firstRejection };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** One transcoder for all requests of a test: what it remembers from one must not show in the next. */
function expectEqual(fast: TracesTranscoder, bytes: Uint8Array, seed: number): void {
  const [actual, expected] = [outcome(fast.transcode, bytes), outcome(transcodeTraces, bytes)];
  expect(actual, `seed ${seed}`).toEqual(expected);
}

describe('the one-pass transcoder equals the reference', () => {
  it.each([
    ['clean requests', 0, 120],
    ['requests with faults', 0.05, 120],
  ])('on %s', { timeout: TIMEOUT_MS }, (_what, faults, requests) => {
    const fast = new TracesTranscoder();
    for (let seed = 1; seed <= requests * ROUNDS; seed++)
      expectEqual(fast, new RandomTraces(new Random(seed), NOW_UNIX_NANO, faults).request(), seed);
  });

  it('and does not need it for clean requests', () => {
    let asked = 0;
    const fast = new TracesTranscoder((bytes, transcodeContext) => {
      asked++;
      return transcodeTraces(bytes, transcodeContext);
    });
    for (let seed = 1; seed <= 200; seed++)
      fast.transcode(new RandomTraces(new Random(seed), NOW_UNIX_NANO, 0).request(), context);
    expect(asked).toBe(0);
  });

  it('on damaged bytes: flipped, cut, repeated, joined', { timeout: TIMEOUT_MS }, () => {
    const fast = new TracesTranscoder();
    for (let seed = 1; seed <= 400 * ROUNDS; seed++) {
      const random = new Random(seed);
      const bytes = Buffer.from(new RandomTraces(random, NOW_UNIX_NANO, 0).request());
      expectEqual(fast, damage(bytes, random), seed);
    }
  });

  it('on requests of random bytes', () => {
    const fast = new TracesTranscoder();
    for (let seed = 1; seed <= 500 * ROUNDS; seed++) {
      const random = new Random(seed);
      expectEqual(fast, random.bytes(random.below(200)), seed);
    }
  });

  it('after its dictionaries have started anew', () => {
    const fast = new TracesTranscoder();
    for (let seed = 1; seed <= 30; seed++) {
      const bytes = manyNames(seed);
      expectEqual(fast, bytes, seed);
    }
  });
});

function damage(bytes: Buffer, random: Random): Buffer {
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

/** A request whose 1,000 spans all have names of their own: thirty of them exceed what a transcoder remembers. */
function manyNames(seed: number): Uint8Array {
  const field = (tag: number, content: Uint8Array) => {
    const size = content.length;
    return Buffer.concat([
      Buffer.from([
        tag,
        (size & 0x7f) | 0x80,
        ((size >> 7) & 0x7f) | (size >= 1 << 14 ? 0x80 : 0),
        ...(size >= 1 << 14 ? [size >> 14] : []),
      ]),
      content,
    ]);
  };
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(NOW_UNIX_NANO);
  const spans = Array.from({ length: 1_000 }, (_, index) =>
    field(
      0x12,
      Buffer.concat([
        Buffer.from([0x0a, 16]),
        Buffer.alloc(16, 7),
        Buffer.from([0x12, 8]),
        Buffer.alloc(8, 9),
        field(0x2a, Buffer.from(`name ${seed}/${index}`)),
        Buffer.from([0x39]),
        time,
      ]),
    ),
  );
  return field(0x0a, field(0x12, Buffer.concat(spans)));
}
