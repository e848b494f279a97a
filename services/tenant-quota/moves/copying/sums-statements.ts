import type { Statement } from '../../../../lib/store/statement.js';
import type { MovedTable } from './moved-tables.js';
import { IN_PARTITION, OWN, type Passage, tableName } from './statements.js';

/**
 * What there is of amounts in a partition, with the signs turned: added to it, nothing is left. An amount from 2^63 on is one below zero: it was
 * taken away when its day had been dropped already.
 */
export const copyTaken = ({ table, from, to }: Passage): Statement => ({
  name: 'move_take_sums',
  sql: `INSERT INTO ${tableName(to, table)} (${table.columns}) SELECT ${turned(table, (column) => `toUInt64(negate(greatest(toInt64(${column}), 0)))`)}
FROM (SELECT ${table.columns} FROM ${tableName(from, table)} FINAL WHERE ${IN_PARTITION}) WHERE ${hasAmount(table)}`,
});

/** Amounts of a partition with their signs turned. */
export const copyNegated = ({ table, from, to }: Passage): Statement => ({
  name: 'move_give_sums',
  sql: `INSERT INTO ${tableName(to, table)} (${table.columns}) SELECT ${turned(table, negated)}
FROM (SELECT ${table.columns} FROM ${tableName(from, table)} FINAL WHERE ${IN_PARTITION})`,
});

/** One number for the amounts of a partition with their signs turned: the same as `checksum` of what they were made from. */
export const negatedChecksum = (database: string, table: MovedTable): Statement => ({
  name: 'move_checksum',
  sql: `SELECT count() AS n, sum(cityHash64(${turned(table, negated)})) AS sum FROM (
  SELECT ${table.columns} FROM ${tableName(database, table)} FINAL WHERE ${IN_PARTITION})`,
});

/** Modulo 2^64, as these tables add up. */
const negated = (column: string) => `toUInt64(negate(toInt64(${column})))`;

function turned({ columns, amounts }: MovedTable, turn: (amount: string) => string): string {
  const isAmount = new Set(amounts);
  return columns
    .split(', ')
    .map((column) => (isAmount.has(column) ? turn(column) : column))
    .join(', ');
}

const hasAmount = ({ amounts }: MovedTable): string =>
  amounts.map((column) => `toInt64(${column}) > 0`).join(' OR ');

/** Brings amounts and what takes them away together, all of the partition at once or not at all. */
export const mergePartition = (onCluster: string, database: string, table: MovedTable): Statement => ({
  name: 'move_merge',
  sql: `OPTIMIZE TABLE ${tableName(database, table)}${onCluster} PARTITION ID {partition:String} FINAL`,
});

/** Once they are merged: what was handed over is zero. */
export const deleteEmptySums = (onCluster: string, database: string, table: MovedTable): Statement => ({
  name: 'move_delete_rows',
  sql: `ALTER TABLE ${tableName(database, table)}${onCluster} DELETE WHERE ${OWN} AND NOT (${hasAmount(table)})`,
});
