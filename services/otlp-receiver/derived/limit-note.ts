/** Which cap; label values of metrics, and what the ledger calls it. */
export type LimitReason = 'series_cap' | 'attribute_keys_cap' | 'attribute_values_cap';

/** Something of a delivery that is stored, but not in full, because it is over a cap. */
export interface LimitNote {
  readonly reason: LimitReason;
  /** A sentence that names what was limited. */
  readonly detail: string;
  /** Both with their unit. */
  readonly limit: string;
  readonly measured: string;
  /** A sentence that says what helps. */
  readonly remedy: string;
  readonly serviceName: string | undefined;
  readonly items: number;
  /** Whether the items themselves are stored in another form, so that whoever sent them should hear of it. */
  readonly isChanged: boolean;
}
