/** How much is sent, and how fast. The first of the bounds that is reached ends it. */
export interface Pace {
  /** Turns that are under way at once, at least 1. */
  readonly concurrency: number;
  /** Turns per second; undefined begins the next as soon as one is over. */
  readonly perSecond?: number | undefined;
  /** Turns in all. Default: no bound but the time. */
  readonly count?: number | undefined;
  /** Time after which no turn begins. Default: no bound but the count. */
  readonly seconds?: number | undefined;
}

/** Takes turns, numbered from 0. Resolves with the seconds that it took, or rejects as the first turn that does. */
export async function paced(
  { concurrency, perSecond, count = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY }: Pace,
  takeTurn: (turn: number) => Promise<void>,
): Promise<number> {
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let begun = 0;
  const lane = async () => {
    while (begun < count && performance.now() < endMs) {
      const turn = begun++;
      if (perSecond) await until(startMs + (turn * 1000) / perSecond);
      await takeTurn(turn);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return (performance.now() - startMs) / 1000;
}

function until(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, timeMs - performance.now())));
}
