import { messageOf } from '../errors/app-error.js';
import type { Logger } from '../telemetry/logger.js';

/** Something that must be closed. */
export interface Closable {
  close(): Promise<void> | void;
}

/** Closes what was opened, in reverse order, each within its own time. Closing twice is the same as once. */
export class Lifecycle {
  readonly #opened: { name: string; closable: Closable; timeoutMs: number }[] = [];
  readonly #logger: Logger;
  #closing: Promise<boolean> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Remembers something that is open now. `timeoutMs` bounds its closing (default 10 s). */
  add<T extends Closable>(name: string, closable: T, timeoutMs = 10_000): T {
    this.#opened.push({ name, closable, timeoutMs });
    return closable;
  }

  /** True when everything closed in time and without an error. */
  close(): Promise<boolean> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<boolean> {
    let clean = true;
    for (const { name, closable, timeoutMs } of this.#opened.reverse()) {
      try {
        await within(timeoutMs, Promise.resolve(closable.close()));
      } catch (error) {
        clean = false;
        this.#logger.error({ part: name, reason: messageOf(error) }, 'did not close cleanly');
      }
    }
    return clean;
  }
}

/** Rejects when the promise does not settle in time; the promise itself goes on. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
