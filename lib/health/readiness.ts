/** Whether a process takes traffic, and what it waits for when not. */
export interface ReadinessView {
  readonly isReady: boolean;
  /** Dependency name to reason; empty when ready. */
  readonly blockers: Readonly<Record<string, string>>;
  /** What some callers miss although the process takes traffic, with the reason; empty when there is nothing. */
  readonly concerns: Readonly<Record<string, string>>;
}

/** What a service waits for before it takes traffic. Liveness asks nothing of it: a restart would not mend a dependency. */
export class Readiness implements ReadinessView {
  readonly #blockers = new Map<string, string>();
  readonly #concerns = new Map<string, string>();
  readonly #waiters = new Set<() => void>();
  readonly #followers = new Set<(isReady: boolean) => void>();
  #draining = false;
  #told = true;

  /** Marks a dependency as missing, with the sentence that /ready shows. */
  block(dependency: string, reason: string): void {
    this.#blockers.set(dependency, reason);
    this.#tell();
  }

  unblock(dependency: string): void {
    this.#blockers.delete(dependency);
    this.#tell();
    if (!this.isReady) return;
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }

  /** Names something that some callers miss; the process stays ready for the others. */
  concern(dependency: string, reason: string): void {
    this.#concerns.set(dependency, reason);
  }

  /** Ends a concern. */
  settle(dependency: string): void {
    this.#concerns.delete(dependency);
  }

  /** From now on never ready again: the service is stopping. */
  drain(): void {
    this.#draining = true;
    this.#tell();
  }

  /** Calls back at once and at every change, until the returned function is called. */
  follow(follower: (isReady: boolean) => void): () => void {
    this.#followers.add(follower);
    follower(this.isReady);
    return () => void this.#followers.delete(follower);
  }

  /** Resolves as soon as nothing blocks; at once when nothing does. */
  whenReady(): Promise<void> {
    return this.isReady ? Promise.resolve() : new Promise((resolve) => this.#waiters.add(resolve));
  }

  get isReady(): boolean {
    return !this.#draining && this.#blockers.size === 0;
  }

  get blockers(): Readonly<Record<string, string>> {
    return { ...Object.fromEntries(this.#blockers), ...(this.#draining && { process: 'stopping' }) };
  }

  get concerns(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#concerns);
  }

  #tell(): void {
    const { isReady } = this;
    if (isReady === this.#told) return;
    this.#told = isReady;
    for (const follower of this.#followers) follower(isReady);
  }
}

/** Several services in one process: ready when all are. Blockers are named `<service>/<dependency>`. */
export class ReadinessGroup implements ReadinessView {
  readonly #members = new Map<string, Readiness>();

  add(service: string): Readiness {
    const readiness = new Readiness();
    this.#members.set(service, readiness);
    return readiness;
  }

  drain(): void {
    for (const readiness of this.#members.values()) readiness.drain();
  }

  async whenReady(): Promise<void> {
    while (!this.isReady)
      await Promise.all([...this.#members.values()].map((readiness) => readiness.whenReady()));
  }

  get isReady(): boolean {
    return [...this.#members.values()].every((readiness) => readiness.isReady);
  }

  get blockers(): Readonly<Record<string, string>> {
    return this.#named(({ blockers }) => blockers);
  }

  get concerns(): Readonly<Record<string, string>> {
    return this.#named(({ concerns }) => concerns);
  }

  #named(of: (member: Readiness) => Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const named = [...this.#members].flatMap(([service, member]) =>
      Object.entries(of(member)).map(([key, reason]) => [`${service}/${key}`, reason]),
    );
    return Object.fromEntries(named);
  }
}
