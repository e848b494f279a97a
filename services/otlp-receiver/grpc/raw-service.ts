import type { ServiceDefinition } from '@grpc/grpc-js';

/** Bytes in, bytes out: nothing is decoded before the sender is admitted. */
const identity = (bytes: Buffer): Buffer => bytes;

/** The definition of an OTLP collector service: one method, `Export`. */
export function rawExportService(service: string): ServiceDefinition {
  return {
    export: {
      path: `/${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}
