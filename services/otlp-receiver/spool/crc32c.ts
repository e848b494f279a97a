/** Castagnoli's polynomial, bits reversed (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/**
 * Slicing-by-8: table `k` holds the checksum of a byte that is followed by `k` zero bytes, so eight input bytes cost eight
 * lookups and no dependency between them.
 */
const TABLES: readonly Int32Array[] = makeTables();

/** CRC-32C of the bytes, as an unsigned number. Pass an earlier result as `previous` to go on where it ended. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as FixedTables;
  const end = bytes.length;
  let crc = ~previous;
  let i = 0;
  for (; i + SLICES <= end; i += SLICES) {
    const low =
      crc ^
      (byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24));
    crc =
      byte(t7, low & 255) ^
      byte(t6, (low >>> 8) & 255) ^
      byte(t5, (low >>> 16) & 255) ^
      byte(t4, low >>> 24) ^
      byte(t3, byte(bytes, i + 4)) ^
      byte(t2, byte(bytes, i + 5)) ^
      byte(t1, byte(bytes, i + 6)) ^
      byte(t0, byte(bytes, i + 7));
  }
  for (; i < end; i++) crc = byte(t0, (crc ^ byte(bytes, i)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

type FixedTables = readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** A read that is known to be inside; the engine inlines it. */
function byte(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, value) => {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const tables = [first];
  for (let slice = 1; slice < SLICES; slice++) {
    const before = tables[slice - 1] ?? first;
    tables.push(before.map((crc) => (crc >>> 8) ^ byte(first, crc & 255)));
  }
  return tables;
}
