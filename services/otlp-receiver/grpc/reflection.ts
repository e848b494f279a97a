import { readFile } from 'node:fs/promises';
import type { Server } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { EXPORT_SERVICES } from '../signals/signals.js';

/** Descriptors of OTLP, generated with the codecs. */
const DESCRIPTORS = new URL('../../../gen/otlp/descriptors.binpb', import.meta.url);

/** gRPC reflection, so that `grpcurl` can list, describe and call the Export services. Shows public interfaces only. */
export async function addReflection(server: Server): Promise<void> {
  const definitions = loadFileDescriptorSetFromBuffer(await readFile(DESCRIPTORS));
  new ReflectionService(definitions, { services: [...EXPORT_SERVICES] }).addToServer(server);
}
