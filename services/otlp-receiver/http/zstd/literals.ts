import { damaged } from './bits.js';
import { type HuffmanTable, readHuffmanStream, readHuffmanTable } from './huffman.js';

/** Where the compressed content of one block lies. */
export interface BlockRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface Literals {
  readonly literals: Uint8Array;
  /** Where the block's sequences begin. */
  readonly next: number;
  /** For the next block, which may use it again. */
  readonly huffman: HuffmanTable | undefined;
}

interface Header {
  readonly type: number;
  readonly size: number;
  /** Of the coded literals; 0 for those that are not coded. */
  readonly codedSize: number;
  readonly streams: number;
  readonly next: number;
}

const RAW = 0;
const REPEATED = 1;
const CODED = 2;
/** Three sizes of two bytes each; the fourth stream is the rest. */
const JUMP_TABLE_BYTES = 6;

/** Reads the literals of a block into `out`, which bounds them (RFC 8878 §3.1.1.3.1). */
export function readLiterals(
  { bytes, start, end }: BlockRange,
  out: Uint8Array,
  known: HuffmanTable | undefined,
): Literals {
  const { type, size, codedSize, streams, next: at } = readHeader(bytes, start);
  const stored = type === RAW ? size : type === REPEATED ? 1 : codedSize;
  const next = at + stored;
  if (size > out.length || next > end) throw damaged('the literals of a block do not fit');
  const literals = out.subarray(0, size);
  if (type === RAW) literals.set(bytes.subarray(at, next));
  else if (type === REPEATED) literals.fill(bytes[at] ?? 0);
  else {
    const [huffman, from] = type === CODED ? readHuffmanTable(bytes, at, next) : [known, at];
    if (!huffman) throw damaged('a block repeats a Huffman table that there is not');
    readStreams(huffman, literals, { bytes, start: from, end: next, streams });
    return { literals, next, huffman };
  }
  return { literals, next, huffman: known };
}

function readHeader(bytes: Uint8Array, at: number): Header {
  const byte = (offset: number) => bytes[at + offset] ?? 0;
  const type = byte(0) & 3;
  const format = (byte(0) >> 2) & 3;
  if (type < CODED) {
    const width = format === 3 ? 3 : format === 1 ? 2 : 1;
    const long = (byte(0) >> 4) | (byte(1) << 4) | (width === 3 ? byte(2) << 12 : 0);
    return { type, size: width === 1 ? byte(0) >> 3 : long, codedSize: 0, streams: 1, next: at + width };
  }
  const sizeBits = format < 2 ? 10 : format === 2 ? 14 : 18;
  const width = format < 2 ? 3 : format + 2;
  // Two sizes of up to 18 bits after four bits of form: more than an integer of 32 bits holds.
  let value = 0;
  for (let offset = width - 1; offset >= 0; offset--) value = value * 256 + byte(offset);
  const sizes = Math.floor(value / 16);
  const size = sizes % 2 ** sizeBits;
  return {
    type,
    size,
    codedSize: Math.floor(sizes / 2 ** sizeBits),
    streams: format === 0 ? 1 : 4,
    next: at + width,
  };
}

function readStreams(
  huffman: HuffmanTable,
  out: Uint8Array,
  { bytes, start, end, streams }: BlockRange & { readonly streams: number },
): void {
  if (streams === 1) {
    readHuffmanStream(huffman, out, { bytes, start, end });
    return;
  }
  const quarter = (out.length + 3) >> 2;
  let from = start + JUMP_TABLE_BYTES;
  for (let index = 0; index < 4; index++) {
    const jump = start + 2 * index;
    const size = (bytes[jump] ?? 0) | ((bytes[jump + 1] ?? 0) << 8);
    const to = index < 3 ? from + size : end;
    if (to > end || 3 * quarter > out.length) throw damaged('the streams of literals do not fit');
    const part = out.subarray(index * quarter, index < 3 ? (index + 1) * quarter : out.length);
    readHuffmanStream(huffman, part, { bytes, start: from, end: to });
    from = to;
  }
}
