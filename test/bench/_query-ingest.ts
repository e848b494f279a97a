// Ingest beside the queries: blocks of spans into both layouts at a steady rate.

import { sql } from './_query-engine.js';
import { insertsOf } from './_query-layouts.js';
import { FULL_SIZES } from './_query-rows.js';

const SECOND_MS = 1_000;
/** So dense that minutes of ingest stay within the day; behind the end of the data, so that no answer changes. */
const SIZES = { ...FULL_SIZES, spans: FULL_SIZES.spans * 10 };

/** Inserts a block a second into each layout until stopped, or as fast as it can when that is slower. */
export function startIngest(url: string, spansPerSecond: number) {
  const startMs = performance.now();
  let isStopped = false;
  let rows = 0;
  const run = async () => {
    while (!isStopped) {
      const blockMs = performance.now();
      const slice = { from: SIZES.spans + rows, rows: spansPerSecond, sizes: SIZES };
      const { ours, theirs } = insertsOf('spans', slice);
      await sql(url, ours);
      await sql(url, theirs);
      rows += spansPerSecond;
      const restMs = SECOND_MS - (performance.now() - blockMs);
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  };
  const running = run();
  return {
    stop: async () => {
      isStopped = true;
      await running;
      return { spansPerSecond: Math.round((rows * SECOND_MS) / (performance.now() - startMs)) };
    },
  };
}
