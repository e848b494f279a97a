const INITIAL_BYTES = 256;

/** A growing byte buffer with the little-endian primitives of ClickHouse's Native format. */
export class ByteSink {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  uint8(value: number): void {
    const at = this.#reserve(1);
    this.#length = this.#bytes.writeUInt8(value, at);
  }

  uint16(value: number): void {
    const at = this.#reserve(2);
    this.#length = this.#bytes.writeUInt16LE(value, at);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, at);
  }

  int32(value: number): void {
    const at = this.#reserve(4);
    this.#length = this.#bytes.writeInt32LE(value, at);
  }

  uint64(value: bigint): void {
    const at = this.#reserve(8);
    this.#length = this.#bytes.writeBigUInt64LE(value, at);
  }

  int64(value: bigint): void {
    const at = this.#reserve(8);
    this.#length = this.#bytes.writeBigInt64LE(value, at);
  }

  /** NaN has the same bits whatever the sender's. */
  float64(value: number): void {
    const at = this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(Number.isNaN(value) ? Number.NaN : value, at);
  }

  /** LEB128, for lengths and counts: non-negative and below 2^53. */
  varUint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.uint8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.uint8(rest);
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    this.#length = at + value.length;
  }

  /** Length-prefixed UTF-8. */
  string(value: string): void {
    const size = Buffer.byteLength(value, 'utf8');
    this.varUint(size);
    const at = this.#reserve(size);
    this.#length = at + this.#bytes.write(value, at, 'utf8');
  }

  /** What was written so far; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room and returns where to write. */
  #reserve(bytes: number): number {
    const needed = this.#length + bytes;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.view());
      this.#bytes = larger;
    }
    return this.#length;
  }
}
