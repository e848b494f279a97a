import { BinaryReader } from '@bufbuild/protobuf/wire';
import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { decodeText } from '../text.js';
import { checkWire, MAX_MESSAGE_DEPTH } from './check-wire.js';
import { EXPORT_TRACES_SHAPE } from './message-shape.js';

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

/** The message of an export request. Throws AppError `malformed_payload` when the bytes are not one. */
export function decodeTraces(bytes: Uint8Array): ExportTraceServiceRequest {
  checkWire(bytes, EXPORT_TRACES_SHAPE);
  return ExportTraceServiceRequest.decode(new ExactReader(bytes));
}
