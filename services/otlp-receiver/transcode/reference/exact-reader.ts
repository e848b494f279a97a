import { BinaryReader } from '@bufbuild/protobuf/wire';
import { decodeText } from '../text.js';
import { checkWire, MAX_MESSAGE_DEPTH } from './check-wire.js';
import type { MessageShape } from './message-shape.js';

/** Depth at which ts-proto's generated readers give up. */
const GENERATED_DEPTH_LIMIT = 100;

/**
 * Reads strings exactly (the default reader replaces bad bytes in silence) and follows nesting as far as `checkWire` does,
 * so that attributes nested too deep cost their own item only.
 */
export class ExactReader extends BinaryReader {
  /** The counter that generated readers keep on the reader they share. */
  protected __tsProtoDecodeDepth = GENERATED_DEPTH_LIMIT - MAX_MESSAGE_DEPTH;

  constructor(bytes: Uint8Array) {
    super(bytes, decodeText);
  }
}

/** A message from its bytes. Throws AppError `malformed_payload` when they are not one. */
export function decodeExactly<T>(
  codec: { decode(reader: BinaryReader): T },
  shape: MessageShape,
  bytes: Uint8Array,
): T {
  checkWire(bytes, shape);
  return codec.decode(new ExactReader(bytes));
}
