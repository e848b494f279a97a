import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DurationQuantilesSchema } from '../../../gen/es/gob/query/v1/query_pb.js';

/** Four slots to an octave: slot `s` holds durations in [2^(s/4), 2^((s+1)/4)) nanoseconds. */
const SLOTS_PER_OCTAVE = 4;

/** Counts of durations by slot. Histograms of parts add up to that of the whole. */
export class DurationHistogram {
  readonly #counts = new Map<number, bigint>();
  #total = 0n;

  get total(): bigint {
    return this.#total;
  }

  add(slot: number, count: bigint): void {
    this.#counts.set(slot, (this.#counts.get(slot) ?? 0n) + count);
    this.#total += count;
  }

  /** Undefined when nothing was counted. */
  quantiles(): MessageInitShape<typeof DurationQuantilesSchema> | undefined {
    if (this.#total === 0n) return undefined;
    const slots = [...this.#counts].sort(([a], [b]) => a - b);
    const at = (quantile: number) => BigInt(Math.round(this.#quantile(slots, quantile)));
    return { p50Nano: at(0.5), p75Nano: at(0.75), p90Nano: at(0.9), p95Nano: at(0.95), p99Nano: at(0.99) };
  }

  /** Inside a slot durations are taken as spread evenly over its logarithm. */
  #quantile(slots: readonly (readonly [number, bigint])[], quantile: number): number {
    let rest = quantile * Number(this.#total);
    for (const [slot, count] of slots) {
      if (rest <= Number(count)) return 2 ** ((slot + rest / Number(count)) / SLOTS_PER_OCTAVE);
      rest -= Number(count);
    }
    return 2 ** (((slots.at(-1)?.[0] ?? 0) + 1) / SLOTS_PER_OCTAVE);
  }
}
