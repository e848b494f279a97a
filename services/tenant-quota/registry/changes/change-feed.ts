import type { TenantRegistry, TenantView } from '../tenant-registry.js';

/**
 * The changes of a registry for one reader. A slow reader gets each tenant's newest state only, so that what waits for it never
 * grows beyond one record per tenant.
 */
export class ChangeFeed {
  readonly #waiting = new Map<number, TenantView>();
  readonly #unsubscribe: () => void;
  #wake: () => void = () => {};

  constructor(registry: TenantRegistry) {
    this.#unsubscribe = registry.onChange((tenant) => {
      this.#waiting.set(tenant.record.tenantId, tenant);
      this.#wake();
    });
  }

  /** Changes since the feed was opened, until the signal ends. */
  async *changes(signal: AbortSignal): AsyncGenerator<TenantView, void> {
    const onAbort = () => this.#wake();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const [next] = this.#waiting.values();
        if (next) {
          this.#waiting.delete(next.record.tenantId);
          yield next;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Nothing waits to be read. */
  get isDrained(): boolean {
    return this.#waiting.size === 0;
  }

  close(): void {
    this.#unsubscribe();
  }
}
