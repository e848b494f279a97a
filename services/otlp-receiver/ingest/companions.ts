/** An export that waits for others of its kind. */
interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: Promise<R>) => void;
}

interface Group<T, R> {
  readonly waiting: Waiting<T, R>[];
  bytes: number;
}

export interface CompanionsOptions<T, R> {
  /** A group goes as soon as it has this many bytes. */
  readonly maxBytes: number;
  /** How long a group waits for more when the one before had company; otherwise it waits for the current turn of the event loop. */
  readonly lingerMs: number;
  /** One result for each item, in their order; what becomes of one is no other's affair. */
  readonly work: (items: readonly T[]) => readonly Promise<R>[];
}

/** Keys of which it is remembered that they had company; more than that many start anew. */
const MAX_BUSY_KEYS = 10_000;

/**
 * Brings small pieces of work of the same key together when they arrive at the same time. What comes alone waits for nobody:
 * only where company was met before is there a pause for it.
 */
export class Companions<T, R> {
  readonly #options: CompanionsOptions<T, R>;
  readonly #open = new Map<string, Group<T, R>>();
  readonly #busy = new Set<string>();

  constructor(options: CompanionsOptions<T, R>) {
    this.#options = options;
  }

  join(key: string, item: T, bytes: number): Promise<R> {
    return new Promise((resolve) => {
      const group = this.#open.get(key) ?? this.#begin(key);
      group.waiting.push({ item, resolve });
      group.bytes += bytes;
      if (group.bytes >= this.#options.maxBytes) this.#go(key, group);
    });
  }

  #begin(key: string): Group<T, R> {
    const group: Group<T, R> = { waiting: [], bytes: 0 };
    this.#open.set(key, group);
    const go = () => this.#go(key, group);
    if (this.#busy.has(key)) setTimeout(go, this.#options.lingerMs);
    else setImmediate(go);
    return group;
  }

  #go(key: string, group: Group<T, R>): void {
    if (this.#open.get(key) !== group) return;
    this.#open.delete(key);
    this.#noteCompany(key, group.waiting.length > 1);
    const { waiting } = group;
    const results = this.#options.work(waiting.map(({ item }) => item));
    for (const [index, { resolve }] of waiting.entries()) resolve(results[index] as Promise<R>);
  }

  #noteCompany(key: string, hadCompany: boolean): void {
    if (!hadCompany) this.#busy.delete(key);
    else if (this.#busy.size >= MAX_BUSY_KEYS) this.#busy.clear();
    else this.#busy.add(key);
  }
}
