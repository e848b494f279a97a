/** Small buffers are joined up to this many bytes, since each piece is a chunk of the request with its own write. */
const PIECE_BYTES = 256 * 2 ** 10;

/** The same bytes in fewer pieces; a large buffer is passed on as it is. */
export function* inPieces(buffers: readonly Uint8Array[]): Generator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let bytes = 0;
  for (const buffer of buffers) {
    if (bytes > 0 && bytes + buffer.length > PIECE_BYTES) {
      yield joined(pending);
      [pending, bytes] = [[], 0];
    }
    pending.push(buffer);
    bytes += buffer.length;
  }
  if (bytes > 0) yield joined(pending);
}

function joined(buffers: readonly Uint8Array[]): Uint8Array {
  const [only] = buffers;
  return only && buffers.length === 1 ? only : Buffer.concat(buffers);
}
