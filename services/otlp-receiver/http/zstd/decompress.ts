import { setImmediate } from 'node:timers/promises';
import { damaged } from './bits.js';
import { endOfSkippable, readFrameHeader } from './frame-header.js';
import type { HuffmanTable } from './huffman.js';
import { type BlockRange, readLiterals } from './literals.js';
import { Output } from './output.js';
import { readSequencesHeader, runSequences, type SequenceTables } from './sequences.js';
import { xxh64 } from './xxh64.js';

const MAX_BLOCK_BYTES = 128 * 2 ** 10;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** Blocks between which others get their turn: some milliseconds of work. */
const BLOCKS_PER_TURN = 8;

const RAW = 0;
const REPEATED = 1;
const COMPRESSED = 2;

/**
 * The content of all frames of a zstd body (RFC 8878). Its time is bounded by the sizes of what goes in and what comes out,
 * its memory by what comes out, whatever the bytes are. Throws ZstdTooLarge as soon as more than `maxBytes` come out,
 * ZstdDamage for anything that is not valid to the last byte, and AppError for frames that ask for more than is offered.
 */
export async function decompressZstd(body: Buffer, maxBytes: number): Promise<Buffer> {
  const reader = new FrameReader(body, new Output(maxBytes), maxBytes);
  if (body.length === 0) throw damaged('there is no frame');
  let at = 0;
  while (at < body.length) at = endOfSkippable(body, at) ?? (await reader.read(at));
  return reader.output.all;
}

class FrameReader {
  readonly output: Output;
  readonly #body: Buffer;
  readonly #maxBytes: number;
  readonly #literals = new Uint8Array(MAX_BLOCK_BYTES);
  #huffman: HuffmanTable | undefined;
  #tables: SequenceTables | undefined;
  #blocks = 0;

  constructor(body: Buffer, output: Output, maxBytes: number) {
    this.#body = body;
    this.output = output;
    this.#maxBytes = maxBytes;
  }

  /** Reads the frame at `start`. Resolves with where it ends. */
  async read(start: number): Promise<number> {
    const { windowBytes, contentBytes, hasChecksum, next } = readFrameHeader(
      this.#body,
      start,
      this.#maxBytes,
    );
    this.#huffman = undefined;
    this.#tables = undefined;
    this.output.startFrame(windowBytes);
    const maxBlockBytes = Math.min(windowBytes, MAX_BLOCK_BYTES);
    let at = next;
    for (let isLast = false; !isLast; ) {
      this.#blocks++;
      if (this.#blocks % BLOCKS_PER_TURN === 0) await setImmediate();
      [at, isLast] = this.#readBlock(at, maxBlockBytes);
    }
    const frame = this.output.frame;
    if (contentBytes !== undefined && frame.length !== contentBytes)
      throw damaged('a frame is not as long as it says');
    if (!hasChecksum) return at;
    if (at + CHECKSUM_BYTES > this.#body.length) throw damaged('a checksum is cut off');
    if (this.#body.readUInt32LE(at) !== Number(xxh64(frame) & 0xffffffffn))
      throw damaged('a checksum does not fit');
    return at + CHECKSUM_BYTES;
  }

  /** Returns where the block ends, and whether it is the last one. */
  #readBlock(at: number, maxBytes: number): [number, boolean] {
    const body = this.#body;
    const start = at + BLOCK_HEADER_BYTES;
    if (start > body.length) throw damaged('a block is cut off');
    const header = body.readUIntLE(at, BLOCK_HEADER_BYTES);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    const end = start + (type === REPEATED ? 1 : size);
    if (size > maxBytes || end > body.length) throw damaged('a block is too large or cut off');
    this.output.startBlock(maxBytes);
    if (type === RAW) this.output.append(body, start, end);
    else if (type === REPEATED) this.output.fill(body[start] ?? 0, size);
    else if (type === COMPRESSED) this.#readCompressed({ bytes: body, start, end }, maxBytes);
    else throw damaged('a block is of a reserved type');
    return [end, (header & 1) === 1];
  }

  #readCompressed(block: BlockRange, maxBytes: number): void {
    const read = readLiterals(block, this.#literals.subarray(0, maxBytes), this.#huffman);
    this.#huffman = read.huffman;
    const { literals } = read;
    const { count, tables, next } = readSequencesHeader({ ...block, start: read.next }, this.#tables);
    this.#tables = tables;
    if (count > 0 && tables) {
      runSequences({ ...block, start: next, count, tables, literals }, this.output);
      return;
    }
    if (next !== block.end) throw damaged('a block holds more than its literals');
    this.output.append(literals, 0, literals.length);
  }
}
