import type { RejectReason } from '../transcode.js';

/** Why one item cannot be stored. */
export interface Rejection {
  readonly reason: RejectReason;
  /** The field below the item, in the names of the interface definitions. */
  readonly field: string;
  /** Completes "<field> ...": limit and measured value. */
  readonly problem: string;
  /** Both once more by themselves, with their unit, where there are any. */
  readonly limit?: string;
  readonly measured?: string;
}

/** The same fault seen from the message above. */
export function below(parent: string, rejection: Rejection | undefined): Rejection | undefined {
  return rejection && { ...rejection, field: `${parent}.${rejection.field}` };
}
