import type { ServiceDefinition } from '@grpc/grpc-js';

/** A message as it came. */
export interface RawMessage {
  readonly bytes: Buffer;
  /** Whether its prefix says that it is compressed, in the encoding that the call names. */
  readonly isCompressed: boolean;
}

const PREFIX_BYTES = 5;

/** The library hands over a view on the message behind its prefix: flag and length. */
function readRaw(bytes: Buffer): RawMessage {
  const prefix = new Uint8Array(bytes.buffer, bytes.byteOffset - PREFIX_BYTES, PREFIX_BYTES);
  return { bytes, isCompressed: prefix[0] === 1 };
}

const identity = (bytes: Buffer): Buffer => bytes;

/** The definition of an OTLP collector service: one method, `Export`. Nothing is decoded before the sender is admitted. */
export function rawExportService(service: string): ServiceDefinition {
  return {
    export: {
      path: `/${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: readRaw,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}
