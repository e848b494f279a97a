import type { LogRow } from '../../sql/logs/log-columns.js';
import type { TailCountRow } from '../../sql/logs/log-tail.js';

/** What a look at the counts says: which seconds to read, and what arrived in seconds that are not read. */
export interface TailPlan {
  /** Unix seconds. */
  readonly seconds: readonly number[];
  /** Rows that arrived in them since the last look. */
  readonly arrived: number;
  /** Rows that arrived elsewhere: there is no room to show them. */
  readonly skipped: number;
}

export interface TailArrivals {
  /** Oldest first. */
  readonly rows: readonly LogRow[];
  readonly dropped: number;
}

interface Change {
  readonly second: number;
  readonly records: number;
  readonly increase: number;
}

/**
 * Remembers what the last seconds and minutes hold, so that a row is shown when it arrives, once, whatever its own time: a
 * second whose count has grown has new rows, and those of its rows that have been shown are known by their fingerprints.
 * Bounded by the number of seconds looked at times the rows read in each look.
 */
export class TailWindow {
  readonly #limit: number;
  readonly #counts = new Map<number, number>();
  readonly #shown = new Map<number, Set<string>>();
  /** What is before this second is not followed: it was there, unread, when the tail began. */
  #floor = Number.NEGATIVE_INFINITY;

  /** @param limit most rows read at a time */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins: the newest seconds, as many as can be read whole, whose rows are to be passed to `accept` and not shown. */
  begin(counts: readonly TailCountRow[]): TailPlan {
    const changes = this.#changesOf(counts);
    const chosen: Change[] = [];
    let records = 0;
    for (const change of changes) {
      records += change.records;
      if (records > this.#limit) {
        this.#floor = change.second + 1;
        break;
      }
      chosen.push(change);
    }
    return toPlan(chosen, []);
  }

  /** The seconds to read next, the newest first; `from` is where the look began, in Unix seconds. */
  plan(counts: readonly TailCountRow[], from: number): TailPlan {
    this.#forgetBefore(from);
    const changes = this.#changesOf(counts);
    let records = 0;
    const end = changes.findIndex((change) => {
      records += change.records;
      return records >= this.#limit;
    });
    const count = end === -1 ? changes.length : end + 1;
    return toPlan(changes.slice(0, count), changes.slice(count));
  }

  /** The rows of a plan's seconds, newest first: those that have not been shown. */
  accept(plan: TailPlan, rows: readonly LogRow[]): TailArrivals {
    const fresh = rows.filter((row) => this.#isNew(row)).reverse();
    // With less than the limit everything was read, and what arrived without being new was a second delivery.
    const unread = rows.length < this.#limit ? 0 : Math.max(0, plan.arrived - fresh.length);
    return { rows: fresh, dropped: plan.skipped + unread };
  }

  #changesOf(counts: readonly TailCountRow[]): Change[] {
    const changes: Change[] = [];
    for (const row of counts) {
      const second = Number(row.second);
      const records = Number(row.records);
      const increase = records - (this.#counts.get(second) ?? 0);
      this.#counts.set(second, records);
      if (increase > 0 && second >= this.#floor) changes.push({ second, records, increase });
    }
    return changes.sort((a, b) => b.second - a.second);
  }

  #forgetBefore(from: number): void {
    for (const second of this.#counts.keys()) if (second < from) this.#counts.delete(second);
    for (const second of this.#shown.keys()) if (second < from) this.#shown.delete(second);
  }

  #isNew({ time, content }: LogRow): boolean {
    const second = Number(BigInt(time) / 1_000_000_000n);
    const shown = this.#shown.get(second) ?? new Set<string>();
    const key = `${time} ${content}`;
    if (shown.has(key)) return false;
    this.#shown.set(second, shown.add(key));
    return true;
  }
}

function toPlan(read: readonly Change[], skipped: readonly Change[]): TailPlan {
  return {
    seconds: read.map((change) => change.second),
    arrived: sumOf(read),
    skipped: sumOf(skipped),
  };
}

function sumOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { increase }) => sum + increase, 0);
}
