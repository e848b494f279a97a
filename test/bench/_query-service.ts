// The query service over an engine that holds both layouts.
import { type CallOptions, type Client, Code, ConnectError } from '@connectrpc/connect';
import { LogQueryService } from '../../gen/es/gob/query/v1/logs_pb.js';
import { MetricQueryService } from '../../gen/es/gob/query/v1/metrics_pb.js';
import { QueryService } from '../../gen/es/gob/query/v1/query_pb.js';
import { createRpcClient, withAssertion } from '../../lib/rpc/client.js';
import { QUERY_AUDIENCE, startQueryService } from '../../services/query/service.js';
import { ANY_PORT, testServiceContext } from '../_util/service-context.js';
import { createTestSigner, testPrincipal } from '../_util/signing.js';
import { END_UNIX_S } from './_query-rows.js';

/** The longest that servers accept. */
const CALL_TIMEOUT_MS = 60_000;

const WARM_UP_CALLS = 200;
const NO_TRACE = new Uint8Array(16).fill(7);

function ignoreNotFound(error: unknown): void {
  if (ConnectError.from(error).code !== Code.NotFound) throw error;
}

export interface QueryClients {
  readonly query: Client<typeof QueryService>;
  readonly logs: Client<typeof LogQueryService>;
  readonly metrics: Client<typeof MetricQueryService>;
}

export interface BenchService {
  readonly clients: QueryClients;
  /** Options of a call: an assertion lives only for seconds. */
  call(): Promise<CallOptions>;
  /** Some calls that find nothing, as a service has answered long before: its first hundred take up to four times as long. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

/** Budgets wide enough that a slow machine is measured and not refused. */
export async function startBenchService(clickhouseUrl: string): Promise<BenchService> {
  const signer = await createTestSigner();
  const service = await startQueryService(
    {
      queryAddress: ANY_PORT,
      gatekeeperUrl: 'http://127.0.0.1:9',
      clickhouseUrl,
      clickhouseCluster: undefined,
      clickhouseServicesFile: undefined,
      clickhouseMaxConnections: 16,
      queryMaxExecutionMs: CALL_TIMEOUT_MS,
      queryMaxRowsToRead: 10 ** 10,
      queryMaxBytesToRead: 10 ** 13,
      queryMaxMemoryBytes: 4 * 2 ** 30,
      queryMaxTraceSpans: 10_000,
      queryMaxConcurrentCalls: 16,
      queryPageTokenKey: undefined,
      queryMaxMetricSeries: 1_000,
      queryMaxMetricPoints: 200_000,
      queryTailMaxViewers: 0,
      queryTailOverlapMs: 120_000,
    },
    testServiceContext(),
    { fetchKeys: signer.fetchKeys, nowMs: () => END_UNIX_S * 1_000 },
  );
  const options = { url: service.url, timeoutMs: CALL_TIMEOUT_MS };
  const [query, logs, metrics] = [
    createRpcClient(QueryService, options),
    createRpcClient(LogQueryService, options),
    createRpcClient(MetricQueryService, options),
  ];
  const call = async () => withAssertion(await signer.sign(testPrincipal(), QUERY_AUDIENCE));
  return {
    clients: { query: query.calls, logs: logs.calls, metrics: metrics.calls },
    call,
    warmUp: async () => {
      for (let count = 0; count < WARM_UP_CALLS; count++)
        await query.calls.getTrace({ traceId: NO_TRACE }, await call()).catch(ignoreNotFound);
    },
    close: async () => {
      for (const client of [query, logs, metrics]) client.close();
      await service.close();
    },
  };
}
