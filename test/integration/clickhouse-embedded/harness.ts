import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';

type EngineOptions = Parameters<typeof startEmbeddedClickHouse>[0];

/** The official client without its own words about failures, which are the tests' to judge. */
export function quietClient(options: ClickHouseClientConfigOptions): ClickHouseClient {
  return createClient({ max_open_connections: 50, log: { level: ClickHouseLogLevel.OFF }, ...options });
}

/** An engine for all tests of a file, with a client. Both are there from the first test on. */
export function useEmbedded(options?: EngineOptions) {
  let server: EmbeddedClickHouse | undefined;
  let client: ClickHouseClient | undefined;
  beforeAll(async () => {
    server = await startEmbeddedClickHouse(options);
    client = quietClient({ url: server.url });
  });
  afterAll(async () => {
    await client?.close();
    await server?.close();
  });
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('The engine is started before the first test, not before.');
    return part;
  };
  return {
    get server() {
      return started(server);
    },
    get client() {
      return started(client);
    },
    async rows<T = unknown>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
      return (await started(client).query({ query, query_params, format: 'JSONEachRow' })).json<T>();
    },
  };
}
