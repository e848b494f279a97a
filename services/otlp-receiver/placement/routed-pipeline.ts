import type { Delivery, Pipeline } from '../pipeline/pipeline.js';
import type { Routes } from './routes.js';

/**
 * Sends rows of tenants that move to where they are to go at the moment in which they are written: what was admitted before may
 * have been on its way here for a while.
 */
export class RoutedPipeline implements Pipeline {
  readonly keepsRefused: boolean;
  readonly #inner: Pipeline;
  readonly #routes: Routes;
  /** Writes that run, by tenant and database. */
  readonly #running = new Map<string, number>();

  constructor(inner: Pipeline, routes: Routes) {
    this.#inner = inner;
    this.#routes = routes;
    this.keepsRefused = inner.keepsRefused;
  }

  async write(delivery: Delivery): Promise<void> {
    const { tenantId } = delivery;
    const database = this.#routes.databaseOf(tenantId, delivery.database);
    const key = keyOf(tenantId, database);
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
    try {
      await this.#inner.write(database === delivery.database ? delivery : { ...delivery, database });
    } finally {
      const left = (this.#running.get(key) ?? 1) - 1;
      if (left > 0) this.#running.set(key, left);
      else this.#running.delete(key);
    }
  }

  isPending(tenantId: number, database: string): boolean {
    return this.#running.has(keyOf(tenantId, database)) || this.#inner.isPending(tenantId, database);
  }

  heldBytes(tenantId: number): number {
    return this.#inner.heldBytes(tenantId);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

const keyOf = (tenantId: number, database: string) => `${tenantId} ${database}`;
