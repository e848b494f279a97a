import type { Kv } from '../../../lib/kv/kv.js';

/** How often receivers report. */
const REPORT_INTERVAL_MS = 1_000;
/** A receiver that was not heard of for so long is gone; what it may have left is found when the old cell is cleaned. */
const GONE_AFTER_MS = 10_000;
const SETTLE_MS = 3 * REPORT_INTERVAL_MS;
const MINUTE_MS = 60_000;

interface Report {
  readonly atMs: number;
  readonly drained: readonly number[];
}

/** What receivers have last said, in a store that replicas share: a receiver may report to any of them. */
export class Receivers {
  readonly #kv: Kv;
  readonly #openedAtMs = performance.now();

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /** Every receiver that lives has reported since this process listens, or to another one that shares the store. */
  get isComplete(): boolean {
    return performance.now() - this.#openedAtMs > SETTLE_MS;
  }

  async report(receiver: string, drained: readonly number[]): Promise<void> {
    const atMs = Date.now();
    const report: Report = { atMs, drained };
    // A record per minute, so that receivers that are no more leave it.
    await this.#kv.setFields(keyOf(atMs), { [receiver]: JSON.stringify(report) }, 3 * MINUTE_MS);
  }

  /** Those that have not said yet that nothing of a route is on its way to its former cell. */
  async waitingFor(token: number): Promise<readonly string[]> {
    const nowMs = Date.now();
    const records = [await this.#kv.fields(keyOf(nowMs - MINUTE_MS)), await this.#kv.fields(keyOf(nowMs))];
    const reports = new Map(records.flatMap((record) => Object.entries(record ?? {})));
    return [...reports].flatMap(([receiver, text]) => {
      const { atMs, drained } = JSON.parse(text) as Report;
      return nowMs - atMs > GONE_AFTER_MS || drained.includes(token) ? [] : [receiver];
    });
  }
}

const keyOf = (atMs: number) => `tenant-quota:receivers:${Math.floor(atMs / MINUTE_MS)}`;
