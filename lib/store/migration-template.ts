import { AppError } from '../errors/app-error.js';
import { quoteIdentifier } from './statement.js';

export interface TemplateValues {
  readonly database: string;
  /** Name of the cluster; undefined means one server with plain engines. */
  readonly cluster: string | undefined;
}

/**
 * How many recent inserts each table remembers, so that one sent again is dropped. Views write into tables of their own, so
 * every one of them needs it; plain MergeTree has it switched off by default.
 */
const DEDUPLICATION_WINDOW = 10_000;
/** A spool may wait out an outage of days before it sends an insert again. */
const REPLICATED_WINDOW_SECONDS = 7 * 86_400;
/**
 * Rows of a granule in tables that are mostly read a few rows at a time (by trace, by a rare value), where every row that is wanted
 * lies in a granule of its own, which is read whole. ClickHouse's own 8,192 rows make such a read several times longer. A table keeps
 * what it was made with: `index_granularity` cannot be altered, so this is no part of a step's text and applies to new databases.
 */
const FINE_GRANULE_ROWS = 1_024;
const FINE_TABLES: ReadonlySet<string> = new Set(['spans', 'trace_index', 'trace_summary', 'logs']);

/**
 * Fills in a step's SQL: `{database}`, `{on_cluster}`, `{settings}`, and `{engine:ReplacingMergeTree(Version)}`, which becomes
 * the Replicated engine of the same family when there is a cluster. Any other brace is left to ClickHouse.
 */
export function renderStep(sql: string, values: TemplateValues): string {
  return sql
    .replaceAll('{database}', quoteIdentifier(values.database))
    .replaceAll(
      '{on_cluster}',
      values.cluster === undefined ? '' : `ON CLUSTER ${quoteClusterName(values.cluster)}`,
    )
    .replaceAll('{settings}', tableSettings(values, sql))
    .replace(/\{engine:(\w*MergeTree)(?:\(([^()]*)\))?\}/g, (_match, family: string, argument?: string) =>
      renderEngine(family, argument, values),
    );
}

function renderEngine(family: string, argument: string | undefined, { cluster }: TemplateValues): string {
  if (cluster === undefined) return argument === undefined ? family : `${family}(${argument})`;
  // The braces are the server's own macros: one Keeper path per table and shard, one name per replica.
  const replica = `'/clickhouse/tables/{uuid}/{shard}', '{replica}'`;
  return `Replicated${family}(${argument === undefined ? replica : `${replica}, ${argument}`})`;
}

function tableSettings({ cluster }: TemplateValues, sql: string): string {
  const [, table = ''] = /^CREATE TABLE IF NOT EXISTS \{database\}\.(\w+)/m.exec(sql) ?? [];
  const granules = FINE_TABLES.has(table) ? `, index_granularity = ${FINE_GRANULE_ROWS}` : '';
  const window =
    cluster === undefined
      ? `non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`
      : `replicated_deduplication_window = ${DEDUPLICATION_WINDOW}, replicated_deduplication_window_seconds = ${REPLICATED_WINDOW_SECONDS}`;
  return `${window}, default_compression_codec = 'ZSTD(1)'${granules}`;
}

/** Cluster names may hold dashes and dots, or be a macro such as `{cluster}`. */
export const isClusterName = (name: string): boolean => /^(\w[\w.-]{0,63}|\{\w{1,63}\})$/.test(name);

function quoteClusterName(name: string): string {
  if (isClusterName(name)) return `'${name}'`;
  throw new AppError(
    'invalid_argument',
    `CLICKHOUSE_CLUSTER: expected letters, digits, "_", "-" and ".", got "${name}"`,
  );
}
