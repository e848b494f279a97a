import { describe, expect, it } from 'vitest';
import { type JsonObject, parseExactJson } from './exact-json.js';
import {
  base64At,
  booleanAt,
  doubleAt,
  enumAt,
  hexAt,
  int64At,
  listAt,
  textAt,
  uint32At,
  uint64At,
} from './json-fields.js';

const read = <T>(reader: (value: ReturnType<JsonObject['get']>, path: string) => T, json: string): T =>
  reader(parseExactJson(json), 'field');

describe('integers', () => {
  it.each([
    ['"18446744073709551615"', 18446744073709551615n],
    ['18446744073709551615', 18446744073709551615n],
    ['1544712660300000001', 1544712660300000001n],
    ['0', 0n],
    ['1e3', 1000n],
    ['5.0', 5n],
    ['null', 0n],
  ])('uint64 %s', (json, value) => expect(read(uint64At, json)).toBe(value));

  it.each([
    ['"-9223372036854775808"', -9223372036854775808n],
    ['9223372036854775807', 9223372036854775807n],
  ])('int64 %s', (json, value) => expect(read(int64At, json)).toBe(value));

  it.each(['-1', '18446744073709551616', '1.5', '"0x1"', '""', '"1 "', 'true', '{}'])(
    'refuses uint64 %s',
    (json) => {
      expect(() => read(uint64At, json)).toThrow(
        /^field: expected an integer from 0 to 18446744073709551615, got /,
      );
    },
  );

  it('holds smaller types to their range', () => {
    expect(read(uint32At, '4294967295')).toBe(4294967295);
    expect(() => read(uint32At, '4294967296')).toThrow(/4294967295/);
  });

  it('reads enums as numbers only', () => {
    expect(read(enumAt, '3')).toBe(3);
    expect(() => read(enumAt, '"SPAN_KIND_CLIENT"')).toThrow(/names of enum members are not allowed/);
  });
});

describe('other values', () => {
  it.each([
    ['1.5', 1.5],
    ['"NaN"', Number.NaN],
    ['"Infinity"', Number.POSITIVE_INFINITY],
    ['"-Infinity"', Number.NEGATIVE_INFINITY],
    ['"2.5"', 2.5],
    ['9007199254740993', 9007199254740992],
  ])('double %s', (json, value) => expect(read(doubleAt, json)).toBe(value));

  it.each(['"x"', '""', 'true', '[]'])('refuses double %s', (json) => {
    expect(() => read(doubleAt, json)).toThrow(/^field: expected a number/);
  });

  it('reads ids in any case and bytes in both base64 alphabets', () => {
    expect(read(hexAt, '"aAfF"')).toEqual(Buffer.from([0xaa, 0xff]));
    expect(read(base64At, '"+/8="')).toEqual(read(base64At, '"-_8"'));
    expect(() => read(hexAt, '"abc"')).toThrow(/hexadecimal/);
    expect(() => read(hexAt, '"zz"')).toThrow(/hexadecimal/);
    expect(() => read(base64At, '"*"')).toThrow(/base64/);
  });

  it('takes null for absent and nothing else for another type', () => {
    expect(read(textAt, 'null')).toBe('');
    expect(read(booleanAt, 'null')).toBe(false);
    expect(listAt(undefined, 'field', () => 1)).toEqual([]);
    expect(() => read(textAt, '1')).toThrow(/expected a string, got 1/);
    expect(() => read(booleanAt, '"true"')).toThrow(/true or false/);
    expect(() => listAt(parseExactJson('{}'), 'field', () => 1)).toThrow(/an array, got an object/);
  });
});
