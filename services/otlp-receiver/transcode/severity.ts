import { SEVERITY_NAMES } from '../../../lib/signals/severity-names.js';

const NUMBER_BY_TEXT: ReadonlyMap<string, number> = new Map([
  ...SEVERITY_NAMES.map((name, index) => [name, index + 1] as const),
  // What common logging libraries write for two of the levels.
  ['information', SEVERITY_NAMES.indexOf('info') + 1],
  ['warning', SEVERITY_NAMES.indexOf('warn') + 1],
]);

/**
 * The severity as it is stored: 1 to 24, or 0 for none. A number that is not set, or that the data model does not know, is
 * taken from the text (any case), if that is the name of a severity.
 */
export function severityNumber(number: number, text: string): number {
  if (number >= 1 && number <= SEVERITY_NAMES.length) return number;
  return NUMBER_BY_TEXT.get(text.trim().toLowerCase()) ?? 0;
}
