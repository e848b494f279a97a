import { createRequire } from 'node:module';

/** An open connection of the engine. Opaque; statements on one connection run one after the other. */
export type Connection = { readonly connectionBrand: unique symbol };

export interface QueryFigures {
  readonly bytes: Uint8Array;
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

export interface InsertFigures {
  readonly elapsed: number;
  readonly rowsWritten: number;
  readonly bytesWritten: number;
}

/** The calls of chDB's native binding that are used here; the Async ones run on libuv's thread pool. */
export interface NativeEngine {
  CreateConnection(dataDir: string, args: readonly string[]): Connection;
  CloseConnection(connection: Connection): void;
  QueryAsyncConnection(connection: Connection, sql: string, format: string): Promise<QueryFigures>;
  InsertRawAsyncConnection(
    connection: Connection,
    sql: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<InsertFigures>;
}

/**
 * Loads the binding of this platform. The package's own Session class is not used: its `close()` waits until no
 * statement of any session runs, so under steady load connections pile up; and it does not tell how many rows an
 * INSERT wrote.
 * @throws Error when chdb is not installed or has no build for this platform.
 */
export function loadNativeEngine(): NativeEngine {
  const fromHere = createRequire(import.meta.url);
  try {
    const located: { resolveLibchdb(): { packageName?: string } } = fromHere('chdb/libchdb');
    const packageName = located.resolveLibchdb().packageName;
    if (packageName === undefined) throw new Error('no platform package of chdb is installed');
    return createRequire(fromHere.resolve('chdb'))(packageName) as NativeEngine;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Error(`the embedded ClickHouse engine (npm package "chdb") cannot be loaded: ${reason}`);
  }
}
