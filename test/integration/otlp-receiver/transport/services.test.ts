import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { type Channel, createChannel, createClient } from 'nice-grpc';
import {
  HealthDefinition,
  HealthCheckResponse_ServingStatus as Serving,
} from 'nice-grpc-server-health/lib/proto/grpc/health/v1/health.js';
import { ServerReflectionService } from 'nice-grpc-server-reflection';
import { ServerReflectionRequest } from 'nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestReceiver, startTestStack, type TestStack } from '../harness.js';

const SERVICES = [
  'opentelemetry.proto.collector.trace.v1.TraceService',
  'opentelemetry.proto.collector.metrics.v1.MetricsService',
  'opentelemetry.proto.collector.logs.v1.LogsService',
];

let stack: TestStack;
let channel: Channel;
beforeAll(async () => {
  stack = await startTestStack();
  channel = createChannel(new URL(stack.receiver.grpcUrl).host);
});
afterAll(async () => {
  channel?.close();
  await stack?.close();
});

/** Asks one after the other on one stream. */
async function reflect(requests: readonly ServerReflectionRequest[]) {
  const answers = [];
  const stream = createClient(ServerReflectionService, channel).serverReflectionInfo(
    (async function* () {
      yield* requests;
    })(),
  );
  for await (const answer of stream) answers.push(answer);
  return answers;
}

/** Field 1 of a FileDescriptorSet, once per file. */
function toFileDescriptorSet(files: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    files.flatMap((file) => [Buffer.from([0x0a, ...varint(file.length)]), Buffer.from(file)]),
  );
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

describe('reflection', () => {
  it('lists the Export services', async () => {
    const [answer] = await reflect([new ServerReflectionRequest().setListServices('')]);
    const names = answer
      ?.getListServicesResponse()
      ?.getServiceList()
      .map((service) => service.getName());
    expect(names?.sort()).toEqual([...SERVICES].sort());
  });

  it('describes each so fully that a client can be built from it', async () => {
    const files = new Map<string, Uint8Array>();
    const bytesOf = async (request: ServerReflectionRequest) => {
      const [answer] = await reflect([request]);
      expect(answer?.getErrorResponse()).toBeUndefined();
      return answer?.getFileDescriptorResponse()?.getFileDescriptorProtoList_asU8()[0] ?? new Uint8Array();
    };
    for (const service of SERVICES)
      files.set(service, await bytesOf(new ServerReflectionRequest().setFileContainingSymbol(service)));
    for (const name of [
      'trace/v1/trace',
      'metrics/v1/metrics',
      'logs/v1/logs',
      'resource/v1/resource',
      'common/v1/common',
    ]) {
      const path = `opentelemetry/proto/${name}.proto`;
      files.set(path, await bytesOf(new ServerReflectionRequest().setFileByFilename(path)));
    }
    const definition = loadFileDescriptorSetFromBuffer(toFileDescriptorSet([...files.values()]));
    expect(Object.keys(definition)).toEqual(expect.arrayContaining(SERVICES));
    expect(loadPackageDefinition(definition)).toBeDefined();
  });

  it('answers an unknown symbol with an error and goes on', async () => {
    const [unknown, known] = await reflect([
      new ServerReflectionRequest().setFileContainingSymbol('no.such.Service'),
      new ServerReflectionRequest().setListServices(''),
    ]);
    expect(unknown?.getErrorResponse()?.getErrorCode()).toBe(5);
    expect(known?.getListServicesResponse()?.getServiceList()).toHaveLength(3);
  });
});

describe('health', () => {
  it('says of the server and of each service what /ready says, also to those who watch', async () => {
    const health = createClient(HealthDefinition, channel);
    const { readiness } = stack.receiver.context;
    await readiness.whenReady();
    const watching = health.watch({ service: '' })[Symbol.asyncIterator]();
    expect((await watching.next()).value.status).toBe(Serving.SERVING);
    for (const status of [Serving.NOT_SERVING, Serving.SERVING]) {
      if (status === Serving.NOT_SERVING) readiness.block('test', 'because the test says so');
      else readiness.unblock('test');
      for (const service of ['', ...SERVICES]) expect((await health.check({ service })).status).toBe(status);
      expect((await watching.next()).value.status).toBe(status);
    }
    await watching.return?.();
  });

  it('does not know other services', async () => {
    const health = createClient(HealthDefinition, channel);
    await expect(health.check({ service: 'no.such.Service' })).rejects.toThrow(/NOT_FOUND/);
  });

  it('is not serving while ClickHouse is away', async () => {
    const receiver = await startTestReceiver({
      clickhouseUrl: 'http://127.0.0.1:1',
      gatekeeperUrl: stack.gatekeeper.url,
    });
    const away = createChannel(new URL(receiver.grpcUrl).host);
    expect((await createClient(HealthDefinition, away).check({ service: '' })).status).toBe(
      Serving.NOT_SERVING,
    );
    away.close();
    await receiver.close();
  });

  it('keeps nobody waiting: streams end when the server stops', async () => {
    const receiver = await startTestReceiver({
      clickhouseUrl: stack.clickhouse.url,
      gatekeeperUrl: stack.gatekeeper.url,
    });
    await receiver.context.readiness.whenReady();
    const open = createChannel(new URL(receiver.grpcUrl).host);
    const watching = createClient(HealthDefinition, open).watch({ service: '' })[Symbol.asyncIterator]();
    await watching.next();
    const reflecting = createClient(ServerReflectionService, open).serverReflectionInfo(
      (async function* () {
        yield new ServerReflectionRequest().setListServices('');
        await new Promise(() => undefined);
      })(),
    );
    await reflecting[Symbol.asyncIterator]().next();
    const [seen, startedMs] = [watching.next().catch(() => undefined), performance.now()];
    await receiver.close();
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await seen;
    open.close();
  });
});
