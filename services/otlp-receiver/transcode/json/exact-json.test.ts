import { describe, expect, it } from 'vitest';
import { JsonNumber, type JsonValue, parseExactJson } from './exact-json.js';

/** What JSON.parse would give, where it can. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

describe('parseExactJson', () => {
  it.each([
    '{}',
    '[]',
    ' { "a" : [ 1 , -0.5e+3 , true , false , null ] , "b" : { } } \r\n\t',
    '"\\u00e9\\n\\"\\\\\\/\\ud834\\udd1e"',
    '"plain ü 𝄞"',
    '"\\ud800"',
    '0',
    '-0',
    '{"":{"":[[[]]]}}',
    '{"a":1,"a":2}',
  ])('reads %s as JSON.parse does', (text) => {
    expect(plain(parseExactJson(text))).toEqual(JSON.parse(text));
  });

  it('keeps every digit of a number', () => {
    expect(parseExactJson('18446744073709551615')).toEqual(new JsonNumber('18446744073709551615'));
  });

  it('takes __proto__ for a name like any other', () => {
    expect([...(parseExactJson('{"__proto__":1}') as ReadonlyMap<string, JsonValue>).keys()]).toEqual([
      '__proto__',
    ]);
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '01',
    '1.',
    '.5',
    '+1',
    'NaN',
    'tru',
    '"a',
    '"\\x"',
    '"\\u12"',
    '"\n"',
    '"\\',
    '1 2',
    '[1 2]',
    '{"a" 1}',
    '\u00a01',
  ])('refuses %j', (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(() => parseExactJson(text)).toThrow(expect.objectContaining({ code: 'malformed_payload' }));
  });

  it('refuses nesting that would overflow the stack, and says where', () => {
    expect(() => parseExactJson('['.repeat(1_000_000))).toThrow(
      /at character 1001 of 1000000, values are nested deeper than 1000/,
    );
  });
});
