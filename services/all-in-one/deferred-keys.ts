import { AppError } from '../../lib/errors/app-error.js';
import type { Closable } from '../../lib/lifecycle/lifecycle.js';
import { createGatekeeperKeys, type GatekeeperKeys } from '../../lib/rpc/gatekeeper-keys.js';

/** The gatekeeper's keys for services that start before it, because its port is known only once it listens. */
export interface DeferredKeys extends Closable {
  readonly fetch: () => Promise<string>;
  follow(gatekeeperUrl: string): void;
}

export function deferredKeys(): DeferredKeys {
  let keys: GatekeeperKeys | undefined;
  return {
    fetch: async () => {
      if (!keys)
        throw new AppError('unavailable', 'The gatekeeper has not started yet.', { retryAfterMs: 1_000 });
      return keys.fetch();
    },
    follow: (gatekeeperUrl) => {
      keys = createGatekeeperKeys(gatekeeperUrl);
    },
    close: () => keys?.close(),
  };
}
