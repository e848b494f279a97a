import { expect, it } from 'vitest';
import { readBodyTerms, wordsOf } from './body-terms.js';

const none = { words: [], notWords: [], contains: [], notContains: [] };

it('takes words apart as the index does: ASCII separates and has a case, nothing else does', () => {
  expect(wordsOf('Connection_refused: host-17 (ÜBER Straße) 1.5')).toEqual([
    'connection',
    'refused',
    'host',
    '17',
    'ÜBER'.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    'straße',
    '1',
    '5',
  ]);
  expect(wordsOf('-> … '.replace('…', '!'))).toEqual([]);
});

it('finds texts without words as they are', () => {
  expect(readBodyTerms({ ...none, words: ['b a', '->', 'A', ''], notWords: ['<-', 'x y'] })).toEqual({
    words: ['a', 'b'],
    notWords: [['x', 'y']],
    contains: [{ text: '->', wholeWords: [] }],
    notContains: ['<-'],
  });
});

it('knows which words of a text must be whole in a body that contains it', () => {
  const wholeWords = (text: string) => readBodyTerms({ ...none, contains: [text] }).contains[0]?.wholeWords;
  expect(wholeWords('fused by Host-1')).toEqual(['by', 'host']);
  expect(wholeWords(' fused ')).toEqual(['fused']);
  expect(wholeWords('fused')).toEqual([]);
  expect(wholeWords('fused by')).toEqual([]);
});

it('refuses more words than ClickHouse looks for at once', () => {
  const many = Array.from({ length: 65 }, (_, index) => `w${index}`).join(' ');
  for (const texts of [{ words: [many] }, { notWords: [many] }])
    expect(() => readBodyTerms({ ...none, ...texts })).toThrow(/65 words; at most 64/);
});
