import type { NativeBlock } from '../../native/block.js';
import type { FirstRejection, RejectReason, TranscodeResult } from '../transcode.js';
import type { Rejection } from './rejection.js';

/** Counts what becomes of a request's items. */
export class Tally {
  readonly #rejected = new Map<RejectReason, number>();
  readonly #firstByReason = new Map<RejectReason, FirstRejection>();
  #accepted = 0;
  #firstRejection: string | undefined;

  accept(): void {
    this.#accepted++;
  }

  reject({ reason, field, problem, limit, measured }: Rejection, items: number): void {
    if (items === 0) return;
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + items);
    const detail = `${field} ${problem}`;
    this.#firstRejection ??= detail;
    if (!this.#firstByReason.has(reason)) this.#firstByReason.set(reason, { detail, limit, measured });
  }

  result(blocks: readonly NativeBlock[]): TranscodeResult {
    return {
      blocks,
      accepted: this.#accepted,
      rejected: this.#rejected,
      firstRejection: this.#firstRejection,
      firstByReason: this.#firstByReason,
    };
  }
}
