import { type IdentityTenant, readIdentityFile } from '../../../../lib/config/identity-file.js';
import { watchFile } from '../../../../lib/config/watch-file.js';
import { messageOf } from '../../../../lib/errors/app-error.js';
import type { Closable } from '../../../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';

/** The tenants of the identity file, in its last good state. */
export class IdentitySeed implements Closable {
  readonly #path: string;
  readonly #logger: Logger;
  #tenants: readonly IdentityTenant[];
  #onChange: () => void = () => {};
  #watcher: Closable | undefined;

  private constructor(path: string, logger: Logger, tenants: readonly IdentityTenant[]) {
    this.#path = path;
    this.#logger = logger;
    this.#tenants = tenants;
  }

  /** Throws `invalid_argument` listing what is wrong when the file cannot be used at the start; later it is only logged. */
  static async open(path: string, logger: Logger): Promise<IdentitySeed> {
    const seed = new IdentitySeed(path, logger, []);
    // Watched before it is read, so that no change falls between the two.
    seed.#watcher = await watchFile(path, () => seed.#reload());
    try {
      seed.#tenants = (await readIdentityFile(path)).tenants;
    } catch (error) {
      await seed.close();
      throw error;
    }
    return seed;
  }

  get tenants(): readonly IdentityTenant[] {
    return this.#tenants;
  }

  /** One listener; called after a change was read. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
  }

  async #reload(): Promise<void> {
    try {
      this.#tenants = (await readIdentityFile(this.#path)).tenants;
      this.#onChange();
    } catch (error) {
      this.#logger.error(
        { reason: messageOf(error) },
        'the changed identity file is not valid; its last good state stays in force',
      );
    }
  }
}
