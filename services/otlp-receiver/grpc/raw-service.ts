/** Bytes in, bytes out: nothing is decoded before the sender is admitted. */
const identity = (bytes: Uint8Array): Uint8Array => bytes;

/** The definition of an OTLP collector service: one method, `Export`. */
export function rawExportService(service: string) {
  return {
    export: {
      path: `/${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
      options: {},
    },
  } as const;
}
