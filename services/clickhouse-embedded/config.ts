import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { isLoopback } from '../../lib/config/address.js';
import { logSettings } from '../../lib/config/common-settings.js';
import { type ConfigSources, loadConfig } from '../../lib/config/load.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { address, bytes, durationMs, integer, path, text } from '../../lib/config/value-types.js';
import { AppError } from '../../lib/errors/app-error.js';

/** Settings of the embedded ClickHouse engine. */
export const embeddedSettings = defineSettings({
  dataDir: {
    yaml: 'clickhouse_embedded.data_dir',
    env: 'CLICKHOUSE_EMBEDDED_DATA_DIR',
    flags: ['data-dir'],
    type: path,
    default: './data/clickhouse',
    description: 'Directory of the embedded engine. One process holds it at a time.',
  },
  listen: {
    yaml: 'clickhouse_embedded.listen',
    env: 'CLICKHOUSE_EMBEDDED_LISTEN',
    flags: ['listen'],
    type: address,
    default: '127.0.0.1:8123',
    description: 'Where the embedded engine answers HTTP. An address off loopback needs a password.',
  },
  user: {
    yaml: 'clickhouse_embedded.user',
    env: 'CLICKHOUSE_EMBEDDED_USER',
    type: text,
    default: 'default',
    description: 'User name that goes with the password.',
  },
  password: {
    yaml: 'clickhouse_embedded.password',
    env: 'CLICKHOUSE_EMBEDDED_PASSWORD',
    type: text,
    default: undefined,
    secret: true,
    description:
      'Password that every request must carry. Unset: whoever reaches the loopback port may do everything.',
  },
  memoryLimit: {
    yaml: 'clickhouse_embedded.memory_limit',
    env: 'CLICKHOUSE_EMBEDDED_MEMORY_LIMIT',
    type: bytes,
    default: '0',
    description: 'Memory all statements together may take; 0 means half of the machine.',
  },
  maxBody: {
    yaml: 'clickhouse_embedded.max_body',
    env: 'CLICKHOUSE_EMBEDDED_MAX_BODY',
    type: bytes,
    default: '1GiB',
    description: 'Largest request body, counted after decompression.',
  },
  maxResult: {
    yaml: 'clickhouse_embedded.max_result',
    env: 'CLICKHOUSE_EMBEDDED_MAX_RESULT',
    type: bytes,
    default: '1GiB',
    description: 'Largest result of one statement, measured as the engine holds it (`max_result_bytes`).',
  },
  maxStatements: {
    yaml: 'clickhouse_embedded.max_statements',
    env: 'CLICKHOUSE_EMBEDDED_MAX_STATEMENTS',
    type: integer(1, 200),
    default: '24',
    description: 'Statements that run at once; further ones wait up to 30 s.',
  },
  probeInterval: {
    yaml: 'clickhouse_embedded.probe_interval',
    env: 'CLICKHOUSE_EMBEDDED_PROBE_INTERVAL',
    type: durationMs,
    default: '5s',
    description: 'Pause between two checks that the engine still runs statements.',
  },
  probeTimeout: {
    yaml: 'clickhouse_embedded.probe_timeout',
    env: 'CLICKHOUSE_EMBEDDED_PROBE_TIMEOUT',
    type: durationMs,
    default: '10s',
    description:
      'Time one check may take; after three failed ones in a row the engine is killed and started again.',
  },
  ...logSettings,
});

export type EmbeddedConfig = ConfigOf<typeof embeddedSettings>;

/**
 * Reads the settings; the data directory comes back absolute.
 * @throws AppError that names every bad setting.
 */
export function parseEmbeddedConfig(argv: readonly string[], env: ConfigSources['env']): EmbeddedConfig {
  const config = loadConfig(embeddedSettings, { argv, env });
  if (!isLoopback(config.listen) && config.password === undefined) {
    throw new AppError(
      'invalid_argument',
      `CLICKHOUSE_EMBEDDED_LISTEN: ${config.listen.host} can be reached from other machines; set CLICKHOUSE_EMBEDDED_PASSWORD or listen on 127.0.0.1.`,
    );
  }
  return { ...config, dataDir: resolve(config.dataDir) };
}

const MIB = 2 ** 20;

/** The engine's server settings. The caches are for one small machine: their defaults alone are several GiB. */
export function serverArguments(config: EmbeddedConfig): string[] {
  const memoryBytes = config.memoryLimit > 0 ? config.memoryLimit : Math.floor(totalmem() / 2);
  const settings = {
    max_server_memory_usage: memoryBytes,
    mark_cache_size: 64 * MIB,
    index_mark_cache_size: 32 * MIB,
    primary_index_cache_size: 64 * MIB,
    uncompressed_cache_size: 0,
    background_pool_size: Math.max(2, Math.min(8, availableParallelism())),
    background_schedule_pool_size: 8,
    // Retention drops whole days, however large they are.
    max_partition_size_to_drop: 0,
    max_table_size_to_drop: 0,
  };
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}
