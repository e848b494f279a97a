/** Digits after the point that a value has at least. */
export interface DecimalOptions {
  readonly minFraction: number;
}

/**
 * A number as decimal text that loses nothing: the shortest digits that give the same double, filled up with zeros. What has no
 * digits is `NaN`, `+Inf` or `-Inf`. Very large and very small numbers have an exponent.
 */
export function formatDecimal(value: number, options: DecimalOptions): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = String(value);
  return text.includes('e') ? text : withFraction(text, options);
}

/** The same for the digits of an integer of any size. */
export function formatInteger(digits: string, options: DecimalOptions): string {
  return withFraction(digits, options);
}

function withFraction(text: string, { minFraction }: DecimalOptions): string {
  const [whole, fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(minFraction, '0')}`;
}
