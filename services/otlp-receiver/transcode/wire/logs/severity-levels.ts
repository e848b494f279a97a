import { severityNumber } from '../../severity.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';

/** Severity numbers by the number of their text in the dictionary: services use few texts, so each is looked at once. */
export class SeverityLevels {
  readonly #names: ByteDictionary;
  readonly #byText: (number | undefined)[] = [];

  constructor(names: ByteDictionary) {
    this.#names = names;
  }

  of(number: number, text: number): number {
    const known = severityNumber(number, '');
    if (known !== 0 || text === 0) return known;
    const level = this.#byText[text] ?? severityNumber(0, this.#names.textOf(text));
    this.#byText[text] = level;
    return level;
  }

  forget(): void {
    this.#byText.length = 0;
  }
}
