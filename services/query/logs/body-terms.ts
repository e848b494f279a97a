import { AppError } from '../../../lib/errors/app-error.js';

/** What a body must and must not hold, as ClickHouse is asked for it. */
export interface BodyTerms {
  /** Every one is a word of the body. */
  readonly words: readonly string[];
  /** Of each group at least one word is missing. */
  readonly notWords: readonly (readonly string[])[];
  readonly contains: readonly BodyText[];
  readonly notContains: readonly string[];
}

/** A text that a body must contain. */
export interface BodyText {
  readonly text: string;
  /** Words that are whole inside the text: a body that contains the text has them all, which its index can tell. */
  readonly wholeWords: readonly string[];
}

export interface BodyTexts {
  readonly words: readonly string[];
  readonly notWords: readonly string[];
  readonly contains: readonly string[];
  readonly notContains: readonly string[];
}

/** ClickHouse looks for at most 64 words at once. */
const MAX_WORDS = 64;

/** Texts without a single word (`->`) cannot be found by words and are looked for as they are. */
export function readBodyTerms({ words, notWords, contains, notContains }: BodyTexts): BodyTerms {
  return {
    words: checkWords('filter.body_words', [...new Set(words.flatMap(wordsOf))].sort()),
    notWords: notWords.filter(hasWord).map((text) => checkWords('filter.not_body_words', wordsOf(text))),
    contains: [...contains, ...words.filter(isWordless)].filter((text) => text !== '').map(toBodyText),
    notContains: [...notContains, ...notWords.filter(isWordless)].filter((text) => text !== ''),
  };
}

const SEPARATORS = /[\0-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+/;

/**
 * The words of a text as the index of `Body` has them (tokenizer `splitByNonAlpha` over `lower(Body)`): only ASCII separates,
 * and only ASCII letters have a case.
 */
export function wordsOf(text: string): readonly string[] {
  return lowerAscii(text)
    .split(SEPARATORS)
    .filter((word) => word !== '');
}

/** The first and the last word of a text may go on beyond it, unless something separates them from its ends. */
export function toBodyText(text: string): BodyText {
  const parts = lowerAscii(text).split(SEPARATORS);
  const wholeWords = parts.slice(1, -1).filter((word) => word !== '');
  return { text, wholeWords: wholeWords.slice(0, MAX_WORDS) };
}

const hasWord = (text: string): boolean => wordsOf(text).length > 0;
const isWordless = (text: string): boolean => !hasWord(text);

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function checkWords(field: string, words: readonly string[]): readonly string[] {
  if (words.length <= MAX_WORDS) return words;
  throw new AppError(
    'invalid_argument',
    `${field} has ${words.length} words; at most ${MAX_WORDS} are allowed.`,
    {
      field,
    },
  );
}
