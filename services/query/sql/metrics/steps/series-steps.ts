/**
 * A subquery with one row per series (`SeriesId`) and bucket (`t`), and expressions over its columns and those of the series
 * (`mode`) that say what it means.
 */
export interface SeriesSteps {
  readonly sql: string;
  /** Whether the value is an exact integer: 1 or 0. */
  readonly isInt: string;
  /** The integer as Int128; 0 otherwise. */
  readonly i: string;
  /** The value that is no integer; 0 otherwise. */
  readonly f: string;
  /** Milliseconds that the value stands for; 0 where that does not matter. */
  readonly elapsed: string;
  /** Whether the value is not to be trusted: 1 or 0. */
  readonly odd: string;
  /** Whether there is a value. */
  readonly isKnown: string;
}

/** Exact integers of the columns of a point: `ValueInt` is filled only where `Value` had to round. */
export const EXACT_INTEGER = 'multiIf(NOT IsInt, 0, ValueInt != 0, ValueInt, toInt64(Value))';

/** Unix milliseconds of a point. */
export const AT = 'toUnixTimestamp64Milli(Timestamp)';
