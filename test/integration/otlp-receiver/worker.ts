import { startTestReceiver } from './harness.js';

/** A receiver in a process of its own, on given ports; answers any message with its metrics. */
const port = (name: string) => ({ host: '127.0.0.1', port: Number(process.env[name]) });
const receiver = await startTestReceiver({
  clickhouseUrl: process.env.TEST_CLICKHOUSE_URL,
  gatekeeperUrl: process.env.TEST_GATEKEEPER_URL ?? '',
  otlpGrpcAddress: port('TEST_GRPC_PORT'),
  otlpHttpAddress: port('TEST_HTTP_PORT'),
  dataDir: process.env.TEST_DATA_DIR,
  ingestLedgerIntervalMs: Number(process.env.TEST_LEDGER_INTERVAL_MS ?? 10_000),
});
process.on('message', async () => process.send?.({ metrics: await receiver.context.registry.metrics() }));
process.send?.({ grpcUrl: receiver.grpcUrl, httpUrl: receiver.httpUrl });
