import { quoteIdentifier, type Statement, type StatementParams } from '../../../../lib/store/statement.js';
import type { MovedTable } from './moved-tables.js';

/** One table, and the databases of one service between which its rows go, by their names there. */
export interface Passage {
  readonly table: MovedTable;
  readonly from: string;
  readonly to: string;
}

/*
 * Parameters of all of these: tenantId, and where a partition is meant, partition (its id). Rows are told apart by a hash of
 * 128 bits over all columns: with 64 bits, among the rows of a large tenant's hour some pair would now and then be taken for one.
 */

export const tableName = (database: string, { name }: Pick<MovedTable, 'name'>) =>
  `${quoteIdentifier(database)}.${quoteIdentifier(name)}`;
/** The tenant's rows. */
export const OWN = 'TenantId = {tenantId:UInt32}';
/** Those of one partition. */
export const IN_PARTITION = `${OWN} AND _partition_id = {partition:String}`;

/** Partitions with rows of the tenant, of all tables in one statement. There must be a table. */
export const selectPartitions = (database: string, tables: readonly MovedTable[]): Statement => ({
  name: 'move_partitions',
  sql: tables
    .map(
      (table) =>
        `SELECT '${table.name}' AS name, _partition_id AS partition, count() AS n FROM ${tableName(database, table)} WHERE ${OWN} GROUP BY partition`,
    )
    .join('\nUNION ALL '),
});

/** Which of some tenants have rows anywhere in a cell. There must be a table. */
export const selectTenants = (database: string, tables: readonly MovedTable[]): Statement => ({
  name: 'moves_strays',
  sql: `SELECT DISTINCT TenantId AS tenantId FROM (
${tables
  .map(
    (table) => `SELECT TenantId FROM ${tableName(database, table)} WHERE TenantId IN {tenants:Array(UInt32)}`,
  )
  .join('\nUNION ALL ')}
) ORDER BY tenantId`,
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
FROM ${tableName(database, table)} WHERE ${IN_PARTITION} GROUP BY bucket ORDER BY bucket`,
});

/** The same of slices of a bucket, with what they weigh in memory. */
export const measureSlices = (database: string, table: MovedTable): Statement => ({
  name: 'move_measure_slices',
  sql: `SELECT ${table.slice} AS slice, count() AS n, sum(cityHash64(${table.columns})) AS sum, sum(byteSize(${table.columns})) AS bytes
FROM ${tableName(database, table)} WHERE ${IN_PARTITION} AND ${table.bucket} = {bucket:UInt32} GROUP BY slice ORDER BY slice`,
});

/** Rows of some slices of a bucket; one of `shares` equal shares of them. */
export const readSlices = (database: string, table: MovedTable): Statement => ({
  name: 'move_read_slices',
  sql: `SELECT ${table.columns} FROM ${tableName(database, table)}
WHERE ${IN_PARTITION} AND ${table.bucket} = {bucket:UInt32} AND ${table.slice} IN {slices:Array(UInt32)}
  AND cityHash64(${table.columns}) % {shares:UInt32} = {share:UInt32}`,
});

/** What a partition weighs, merged. */
export const measureMerged = (database: string, table: MovedTable): Statement => ({
  name: 'move_measure_merged',
  sql: `SELECT count() AS n, sum(byteSize(${table.columns})) AS bytes FROM ${tableName(database, table)} FINAL WHERE ${IN_PARTITION}`,
});

/** One of `shares` equal shares of a partition, merged. */
export const readMerged = (database: string, table: MovedTable): Statement => ({
  name: 'move_read_merged',
  sql: `SELECT ${table.columns} FROM ${tableName(database, table)} FINAL
WHERE ${IN_PARTITION} AND cityHash64(${table.key}) % {shares:UInt32} = {share:UInt32}`,
});

/** Rows of a bucket that the new cell does not have; `hasCopies`: among them may be several that are all alike. */
function missing({ table, from, to }: Passage, hasCopies: boolean): string {
  const { columns } = table;
  const where = `WHERE ${IN_PARTITION} AND ${table.bucket} = {bucket:UInt32}`;
  const hash = `sipHash128(${columns})`;
  if (!hasCopies)
    return `${tableName(from, table)} ${where} AND ${hash} NOT IN (SELECT ${hash} FROM ${tableName(to, table)} ${where})`;
  const numbered = `row_number() OVER (PARTITION BY ${hash})`;
  return `(SELECT ${columns}, ${hash} AS moveHash, ${numbered} AS moveNumber FROM ${tableName(from, table)} ${where})
WHERE (moveHash, moveNumber) NOT IN (SELECT ${hash}, ${numbered} FROM ${tableName(to, table)} ${where})`;
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
    sql: `INSERT INTO ${tableName(to, table)} (${columns}) SELECT ${columns} FROM ${missing(passage, hasCopies)}`,
  };
};

const absentKeys = ({ table, from, to }: Passage, key: string): string =>
  `${tableName(from, table)} FINAL WHERE ${IN_PARTITION} AND sipHash128(${key}) NOT IN (SELECT sipHash128(${key}) FROM ${tableName(to, table)} WHERE ${IN_PARTITION})`;

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
    sql: `INSERT INTO ${tableName(to, table)} (${columns}) SELECT ${columns} FROM ${absentKeys(passage, `${key}, ${version}`)}`,
  };
};

/** One number for all rows of a partition as a reader sees them, merged. */
export const checksum = (database: string, table: MovedTable): Statement => ({
  name: 'move_checksum',
  sql: `SELECT count() AS n, sum(cityHash64(${table.comparable})) AS sum FROM (
  SELECT ${table.columns} FROM ${tableName(database, table)} FINAL WHERE ${IN_PARTITION})`,
});

/** All rows of a partition, merged. */
export const copyMerged = ({ table, from, to }: Passage): Statement => ({
  name: 'move_copy_merged',
  sql: `INSERT INTO ${tableName(to, table)} (${table.columns}) SELECT ${table.columns} FROM ${tableName(from, table)} FINAL WHERE ${IN_PARTITION}`,
});

/**
 * Rows that were stored before the partitions had the marks of `SELECT_MARKS`. A part is named after its partition, its first
 * and its last block.
 */
export const deleteUntil = (onCluster: string, database: string, table: MovedTable): Statement => ({
  name: 'move_delete_rows',
  sql: `ALTER TABLE ${tableName(database, table)}${onCluster} DELETE WHERE ${OWN}
  AND toInt64(splitByChar('_', _part)[3]) <= transform(_partition_id, {partitions:Array(String)}, {marks:Array(Int64)}, toInt64(-1))`,
});

/** Parameters of `deleteUntil`, by marks of a cell's partitions. */
export function partitionsUntil(marks: ReadonlyMap<string, string>, { name }: MovedTable): StatementParams {
  const own = [...marks].filter(([key]) => key.startsWith(`${name} `));
  return {
    partitions: own.map(([key]) => key.slice(name.length + 1)),
    marks: own.map(([, mark]) => Number(mark)),
  };
}

export const deletePartition = (database: string, table: MovedTable): Statement => ({
  name: 'move_delete_partition',
  sql: `ALTER TABLE ${tableName(database, table)} DELETE IN PARTITION ID {partition:String} WHERE ${OWN}`,
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
