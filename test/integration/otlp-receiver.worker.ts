import { startTestReceiver } from './otlp-receiver.harness.js';

/** A receiver as a cluster worker, on ports that it shares with its siblings; answers any message with its metrics. */
const port = (name: string) => ({ host: '127.0.0.1', port: Number(process.env[name]) });
const receiver = await startTestReceiver({
  clickhouseUrl: process.env.TEST_CLICKHOUSE_URL,
  gatekeeperUrl: process.env.TEST_GATEKEEPER_URL ?? '',
  otlpGrpcAddress: port('TEST_GRPC_PORT'),
  otlpHttpAddress: port('TEST_HTTP_PORT'),
});
process.on('message', async () => process.send?.({ metrics: await receiver.context.registry.metrics() }));
process.send?.({ grpcUrl: receiver.grpcUrl, httpUrl: receiver.httpUrl });
