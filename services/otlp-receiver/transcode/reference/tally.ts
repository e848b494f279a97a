import type { NativeBlock } from '../../native/block.js';
import type { RejectReason, TranscodeResult } from '../transcode.js';
import type { Rejection } from './rejection.js';

/** Counts what becomes of a request's items. */
export class Tally {
  readonly #rejected = new Map<RejectReason, number>();
  #accepted = 0;
  #firstRejection: string | undefined;

  accept(): void {
    this.#accepted++;
  }

  reject({ reason, field, problem }: Rejection, items: number): void {
    if (items === 0) return;
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + items);
    this.#firstRejection ??= `${field} ${problem}`;
  }

  result(blocks: readonly NativeBlock[]): TranscodeResult {
    return {
      blocks,
      accepted: this.#accepted,
      rejected: this.#rejected,
      firstRejection: this.#firstRejection,
    };
  }
}
