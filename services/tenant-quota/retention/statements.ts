import { quoteIdentifier, type Statement } from '../../../lib/store/statement.js';

/** A table of the database that the call is for, and the cluster on which its statements run. */
export interface TableTarget {
  readonly table: string;
  /** As ClickHouse knows it; undefined for one server. */
  readonly cluster: string | undefined;
}

/** A shared day goes tenant by tenant: the rows are gone for readers at once, their bytes with the next merge or `reclaim`. */
export const deleteRows = (target: TableTarget): Statement => ({
  name: 'retention_delete',
  sql: `DELETE FROM ${nameOf(target)} IN PARTITION ID {partition:String} WHERE TenantId IN {tenants:Array(UInt32)}`,
});

export const dropPartition = (target: TableTarget): Statement => ({
  name: 'retention_drop',
  sql: `ALTER TABLE ${nameOf(target)} DROP PARTITION ID {partition:String}`,
});

/** Writes a partition anew without the rows that were deleted from it. Only asked for here; the server does it by itself. */
export const reclaimPartition = (target: TableTarget): Statement => ({
  name: 'retention_reclaim',
  sql: `ALTER TABLE ${nameOf(target)} APPLY DELETED MASK IN PARTITION ID {partition:String}`,
});

/** Wherever a tenant's rows are in a table, whatever their day. */
export const deleteTenant = (target: TableTarget): Statement => ({
  name: 'erase_delete',
  sql: `ALTER TABLE ${nameOf(target)} DELETE WHERE TenantId = {tenantId:UInt32}`,
});

function nameOf({ table, cluster }: TableTarget): string {
  const name = `{database:Identifier}.${quoteIdentifier(table)}`;
  return cluster === undefined ? name : `${name} ON CLUSTER {cluster:Identifier}`;
}

/** Values of the parameters that every one of these statements has. */
export const clusterParams = ({ cluster }: TableTarget): { readonly cluster?: string } =>
  cluster === undefined ? {} : { cluster };
