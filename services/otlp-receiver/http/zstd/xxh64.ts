const MASK = (1n << 64n) - 1n;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const [P1_LOW, P1_HIGH] = halves(P1);
const [P2_LOW, P2_HIGH] = halves(P2);

const STRIPE_BYTES = 32;

/** XXH64 with seed 0, by which zstd frames are checked. */
export function xxh64(bytes: Buffer): bigint {
  const stripes = Math.floor(bytes.length / STRIPE_BYTES);
  let hash = (stripes === 0 ? P5 : hashStripes(bytes, stripes)) + BigInt(bytes.length);
  let at = stripes * STRIPE_BYTES;
  for (; at + 8 <= bytes.length; at += 8)
    hash = product(rotated(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n), P1) + P4;
  if (at + 4 <= bytes.length) {
    hash = product(rotated((hash ^ product(BigInt(bytes.readUInt32LE(at)), P1)) & MASK, 23n), P2) + P3;
    at += 4;
  }
  for (; at < bytes.length; at++)
    hash = product(rotated((hash ^ (BigInt(bytes.readUInt8(at)) * P5)) & MASK, 11n), P1);
  hash &= MASK;
  hash = product(hash ^ (hash >> 33n), P2);
  hash = product(hash ^ (hash >> 29n), P3);
  return hash ^ (hash >> 32n);
}

function hashStripes(bytes: Buffer, stripes: number): bigint {
  const lanes = [(P1 + P2) & MASK, P2, 0n, (0n - P1) & MASK].map((start, lane) =>
    hashLane(bytes, { lane, stripes, start }),
  );
  const mixed = lanes.reduce((sum, lane, index) => sum + rotated(lane, [1n, 7n, 12n, 18n][index] ?? 0n), 0n);
  return lanes.reduce((hash, lane) => product(hash ^ round(0n, lane), P1) + P4, mixed & MASK) & MASK;
}

interface Lane {
  readonly lane: number;
  readonly stripes: number;
  readonly start: bigint;
}

/** One of the four sums over every fourth word, in halves of 32 bits: big integers would take ten times as long. */
function hashLane(bytes: Buffer, { lane, stripes, start }: Lane): bigint {
  let [low, high] = halves(start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < stripes; index++) {
    const at = index * STRIPE_BYTES + lane * 8;
    const inLow = view.getUint32(at, true);
    const inHigh = view.getUint32(at + 4, true);
    const sum = low + (Math.imul(inLow, P2_LOW) >>> 0);
    const carry = sum > 0xffffffff ? 1 : 0;
    const productHigh = highHalf(inLow, P2_LOW) + Math.imul(inHigh, P2_LOW) + Math.imul(inLow, P2_HIGH);
    const sumLow = sum >>> 0;
    const sumHigh = (high + productHigh + carry) >>> 0;
    const turnedLow = ((sumLow << 31) | (sumHigh >>> 1)) >>> 0;
    const turnedHigh = ((sumHigh << 31) | (sumLow >>> 1)) >>> 0;
    low = Math.imul(turnedLow, P1_LOW) >>> 0;
    high =
      (highHalf(turnedLow, P1_LOW) + Math.imul(turnedHigh, P1_LOW) + Math.imul(turnedLow, P1_HIGH)) >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The upper 32 bits of a product of 32 by 32 bits. */
function highHalf(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  return aHigh * bHigh + (middle >>> 16) + ((aLow * bHigh + (middle & 0xffff)) >>> 16);
}

function round(sum: bigint, word: bigint): bigint {
  return product(rotated((sum + word * P2) & MASK, 31n), P1);
}

function rotated(value: bigint, count: bigint): bigint {
  const bits = value & MASK;
  return ((bits << count) | (bits >> (64n - count))) & MASK;
}

function product(a: bigint, b: bigint): bigint {
  return ((a & MASK) * b) & MASK;
}

function halves(value: bigint): [number, number] {
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}
