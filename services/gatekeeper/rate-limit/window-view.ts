import {
  largerOf,
  spendWindow,
  type WindowAdjustment,
  type WindowAnswer,
  type WindowCounter,
  type WindowRequest,
  type WindowState,
} from '../../../lib/kv/window.js';

export interface AloneOptions {
  /** Who enforce the limit side by side, without hearing of each other. */
  readonly replicas: number;
  readonly nowMs: number;
}

/**
 * One key's counters as this replica knows them: as the store said last, and while the store cannot be believed, with what
 * this replica grants meanwhile, which counts once for every replica: all together then stay within what was left.
 */
export class WindowView {
  /** Of the store's last answer; empty before there was one. */
  epoch = '';
  readonly #told = new Map<string, WindowState>();
  #alone: Map<string, WindowState> | undefined;

  /** Takes over what the store says. */
  adopt(counters: readonly WindowCounter[], { epoch, after }: WindowAnswer): void {
    this.epoch = epoch;
    for (const [position, { name }] of counters.entries()) {
      const state = after[position];
      if (!state) continue;
      this.#told.set(name, state);
      const alone = this.#alone?.get(name);
      if (alone) this.#alone?.set(name, largerOf(alone, state));
    }
  }

  /** From now on what the store says is all there is to know. */
  believe(): void {
    this.#alone = undefined;
  }

  /** What the store is told when it has forgotten. */
  seedOf(counters: readonly WindowCounter[]): (WindowState | undefined)[] {
    return counters.map(({ name }) => this.#told.get(name));
  }

  /** What may be granted without the store. Only a request that is no dry run is counted. */
  spendAlone(request: WindowRequest, { replicas, nowMs }: AloneOptions): WindowAnswer {
    this.#alone ??= new Map(
      [...this.#told].map(([name, { index, sums }]) => [name, { index, sums: [...sums] }]),
    );
    const weigh = (amount: number) => amount * replicas;
    const answer = spendWindow(
      { epoch: this.epoch, states: this.#alone, seeds: new Map() },
      {
        ...request,
        known: this.epoch,
        amounts: request.amounts.map(({ need, demand = need, want }) => ({
          need: weigh(need),
          demand: weigh(demand),
          want: weigh(want),
        })),
        // What comes back was counted once or more often; what is added counts for all.
        adjustments: (request.adjustments ?? []).map(({ index, amounts }) => ({
          index,
          amounts: amounts.map((amount) => (amount > 0 ? weigh(amount) : amount)),
        })),
      },
      nowMs,
    );
    return ofOneReplica(answer, request, replicas);
  }

  /** Counts what the store granted while this replica still is careful. */
  count(request: WindowRequest, adjustment: WindowAdjustment, options: AloneOptions): void {
    const amounts = request.amounts.map(() => ({ need: 0, want: 0 }));
    this.spendAlone({ ...request, amounts, adjustments: [adjustment], isDryRun: true }, options);
  }
}

function ofOneReplica(
  answer: WindowAnswer,
  { amounts, windowMs }: WindowRequest,
  replicas: number,
): WindowAnswer {
  const { granted, refusal } = answer;
  if (!refusal) return { ...answer, granted: granted?.map((amount) => Math.floor(amount / replicas)) };
  const { counter, used, waitMs } = refusal;
  const need = amounts[counter.unit]?.need ?? 0;
  // What is too much for one replica alone is not too much for the limit.
  const isTooLarge = need > counter.limit;
  const room = Math.floor((counter.limit - used) / replicas);
  return {
    ...answer,
    refusal: {
      counter,
      used: counter.limit - room,
      waitMs: Number.isFinite(waitMs) || isTooLarge ? waitMs : windowMs,
    },
  };
}
