/** A pause that can be cut short. A wake-up while nobody waits is kept for the next wait. */
export class WakeableTimer {
  #isWoken = false;
  #finish: (() => void) | undefined;

  async wait(ms: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#finish = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#finish = undefined;
    this.#isWoken = false;
  }

  wake(): void {
    this.#isWoken = true;
    this.#finish?.();
  }
}
