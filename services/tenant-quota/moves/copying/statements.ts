import { quoteIdentifier, type Statement } from '../../../../lib/store/statement.js';
import type { MovedTable } from './moved-tables.js';

/** One table, and the databases between which its rows go. */
export interface Passage {
  readonly table: MovedTable;
  readonly from: string;
  readonly to: string;
}

/*
 * Parameters of all of these: tenantId, and where a partition is meant, partition (its id). Rows are told apart by a hash of
 * 128 bits over all columns: with 64 bits, among the rows of a large tenant's hour some pair would now and then be taken for one.
 */

const nameOf = (database: string, { name }: MovedTable) =>
  `${quoteIdentifier(database)}.${quoteIdentifier(name)}`;
const OWN = 'TenantId = {tenantId:UInt32}';
const IN_PARTITION = `${OWN} AND _partition_id = {partition:String}`;

/** Partitions with rows of the tenant, of all tables in one statement. There must be a table. */
export const selectPartitions = (database: string, tables: readonly MovedTable[]): Statement => ({
  name: 'move_partitions',
  sql: tables
    .map(
      (table) =>
        `SELECT '${table.name}' AS name, _partition_id AS partition, count() AS n FROM ${nameOf(database, table)} WHERE ${OWN} GROUP BY partition`,
    )
    .join('\nUNION ALL '),
});

/** Block numbers grow with every insert of anybody and with nothing else: a partition with the same mark has no new rows. */
export const SELECT_MARKS: Statement = {
  name: 'move_marks',
  sql: `SELECT table, partition_id AS partition, max(max_block_number) AS mark FROM system.parts
WHERE database = {cell:String} AND active GROUP BY table, partition`,
};

/** Rows of each bucket of a partition: how many, the sum of their hashes, and how many are copies of others. */
export const fingerprint = (database: string, table: MovedTable): Statement => ({
  name: 'move_fingerprint',
  sql: `SELECT ${table.bucket} AS bucket, count() AS n, sum(cityHash64(${table.columns})) AS sum,
  toUInt64(n - uniqExact(sipHash128(${table.columns}))) AS copies
FROM ${nameOf(database, table)} WHERE ${IN_PARTITION} GROUP BY bucket ORDER BY bucket`,
});

/** Rows of a bucket that the new cell does not have; `hasCopies`: among them may be several that are all alike. */
function missing({ table, from, to }: Passage, hasCopies: boolean): string {
  const { columns } = table;
  const where = `WHERE ${IN_PARTITION} AND ${table.bucket} = {bucket:UInt32}`;
  const hash = `sipHash128(${columns})`;
  if (!hasCopies)
    return `${nameOf(from, table)} ${where} AND ${hash} NOT IN (SELECT ${hash} FROM ${nameOf(to, table)} ${where})`;
  const numbered = `row_number() OVER (PARTITION BY ${hash})`;
  return `(SELECT ${columns}, ${hash} AS moveHash, ${numbered} AS moveNumber FROM ${nameOf(from, table)} ${where})
WHERE (moveHash, moveNumber) NOT IN (SELECT ${hash}, ${numbered} FROM ${nameOf(to, table)} ${where})`;
}

export const countMissing = (passage: Passage, hasCopies: boolean): Statement => ({
  name: 'move_count_missing',
  sql: `SELECT count() AS n FROM ${missing(passage, hasCopies)}`,
});

export const copyMissing = (passage: Passage, hasCopies: boolean): Statement => {
  const { table, to } = passage;
  const { columns } = table;
  return {
    name: 'move_copy_rows',
    sql: `INSERT INTO ${nameOf(to, table)} (${columns}) SELECT ${columns} FROM ${missing(passage, hasCopies)}`,
  };
};

const absentKeys = ({ table, from, to }: Passage, key: string): string =>
  `${nameOf(from, table)} FINAL WHERE ${IN_PARTITION} AND sipHash128(${key}) NOT IN (SELECT sipHash128(${key}) FROM ${nameOf(to, table)} WHERE ${IN_PARTITION})`;

/** Keys that the new cell does not have in any version. */
export const countMissingKeys = (passage: Passage): Statement => ({
  name: 'move_count_missing_keys',
  sql: `SELECT count() AS n FROM ${absentKeys(passage, passage.table.key)}`,
});

/** A version that the new cell has a newer one of loses there by itself. */
export const copyKeyed = (passage: Passage): Statement => {
  const { table, to } = passage;
  const { columns, key, version } = table;
  return {
    name: 'move_copy_keyed',
    sql: `INSERT INTO ${nameOf(to, table)} (${columns}) SELECT ${columns} FROM ${absentKeys(passage, `${key}, ${version}`)}`,
  };
};

/** One number for all rows of a partition as a reader sees them, merged. */
export const checksum = (database: string, table: MovedTable): Statement => ({
  name: 'move_checksum',
  sql: `SELECT count() AS n, sum(cityHash64(${table.comparable})) AS sum FROM (
  SELECT ${table.columns} FROM ${nameOf(database, table)} FINAL WHERE ${IN_PARTITION})`,
});

/** All rows of a partition, merged. */
export const copyMerged = ({ table, from, to }: Passage): Statement => ({
  name: 'move_copy_merged',
  sql: `INSERT INTO ${nameOf(to, table)} (${table.columns}) SELECT ${table.columns} FROM ${nameOf(from, table)} FINAL WHERE ${IN_PARTITION}`,
});

export const deletePartition = (database: string, table: MovedTable): Statement => ({
  name: 'move_delete_partition',
  sql: `ALTER TABLE ${nameOf(database, table)} DELETE IN PARTITION ID {partition:String} WHERE ${OWN}`,
});

/** A mover that was killed leaves its statement running. */
export const SELECT_RUNNING: Statement = {
  name: 'moves_running',
  sql: `SELECT count() AS n FROM system.processes WHERE position(Settings['log_comment'], '"statement":"move_') > 0
  AND position(Settings['log_comment'], concat('"tenant":"', toString({tenantId:UInt32}), '"')) > 0`,
};

/** Nothing of these statements' rows may be taken for a repetition: after a move back the same rows come again. */
export const COPY_SETTINGS = {
  insert_deduplicate: 0,
  deduplicate_blocks_in_dependent_materialized_views: 0,
  max_partitions_per_insert_block: 0,
} as const;
