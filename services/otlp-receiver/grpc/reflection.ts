import { readFile } from 'node:fs/promises';
import type { Server } from 'nice-grpc';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { EXPORT_SERVICES } from '../signals/signals.js';

/** Descriptors of OTLP, generated with the codecs. */
const DESCRIPTORS = new URL('../../../gen/otlp/descriptors.binpb', import.meta.url);

/** gRPC reflection, so that `grpcurl` can list, describe and call the Export services. Shows public interfaces only. */
export async function addReflection(server: Server, closing: AbortSignal): Promise<void> {
  const { serverReflectionInfo } = ServerReflection(await readFile(DESCRIPTORS), EXPORT_SERVICES);
  server.add(ServerReflectionService, {
    serverReflectionInfo: (requests, context) =>
      serverReflectionInfo(untilClosing(requests, closing), context),
  });
}

/** A client keeps the stream open as long as it likes, which would keep the server from stopping. */
async function* untilClosing<T>(items: AsyncIterable<T>, closing: AbortSignal): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  let end: () => void = () => undefined;
  const closed = new Promise<IteratorResult<T>>((resolve) => {
    end = () => resolve({ done: true, value: undefined });
  });
  closing.addEventListener('abort', end);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), closed]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    closing.removeEventListener('abort', end);
  }
}
