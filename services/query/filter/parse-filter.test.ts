import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../lib/errors/app-error.js';
import { SPAN_FIELDS } from '../traces/span-fields.js';
import { conditionOf, readSelection } from './read-selection.js';

function read(expression: string) {
  return readSelection({ $typeName: 'gob.query.v1.Selection', expression }, SPAN_FIELDS);
}

/** The condition of an expression, with the values in the place of their placeholders. */
function sqlOf(expression: string): string {
  const filter = read(expression);
  if (!filter) return '';
  const { sql, params } = conditionOf(filter, SPAN_FIELDS);
  return sql.replace(/\{(f\d+):[^}]+\}/g, (_, name) =>
    JSON.stringify(params[name], (_key, value) => (typeof value === 'bigint' ? Number(value) : value)),
  );
}

describe('filter expressions', () => {
  it.each([
    ['', ''],
    [' \n ', ''],
    ['service = shop', '(ServiceName = "shop")'],
    ["service != 'a b'", 'NOT (ServiceName = "a b")'],
    ['service in (a, "b", 3)', '(ServiceName IN ["a","b","3"])'],
    ['service not in (a)', 'NOT (ServiceName = "a")'],
    ['operation =~ "^GET "', '(match(SpanName, "^GET "))'],
    ['duration > 100ms', '(DurationNs > 100000000)'],
    ['duration >= 1.5', '(DurationNs >= 2)'],
    ['duration < 1.5', '(DurationNs < 2)'],
    ['duration > 1.5', '(DurationNs > 1)'],
    ['duration = 18446744073709551615', '(DurationNs IN (18446744073709552000))'],
    ['status = ERROR', "(StatusCode = 'Error')"],
    ['kind in (server, consumer)', "(SpanKind IN ('Server', 'Consumer'))"],
    ['parent_span_id exists', "(ParentSpanId != toFixedString('', 8))"],
    [
      'trace_id = 0A1B2C3D-0000-4000-8000-00000000BEEF',
      '(TraceId = toFixedString(unhex("0a1b2c3d00004000800000000000beef"), 16))',
    ],
    ['event_name = exception', '(arrayExists(x -> x = "exception", Events.Name))'],
    ['span.http.route = /cart', '(Attrs["http.route"] = "/cart" AND has(AttrItems, "http.route=/cart"))'],
    ['service = 007', '(ServiceName = "007")'],
    ['span_id = 00000000000001e3', '(SpanId = toFixedString(unhex("00000000000001e3"), 8))'],
    ['scope.zip = 007', '(ScopeAttrs["zip"] IN ["007","7"])'],
    ['span.n > 1e2', '(mapContains(AttrsNum, "n") AND AttrsNum["n"] > 100)'],
    ['resource.n > 1', '(ifNull(toFloat64OrNull(ResourceAttrs["n"]) > 1, 0))'],
    ['span.n > "1"', '(mapContains(Attrs, "n") AND Attrs["n"] > "1")'],
    ['span."user id" exists', '(mapContains(Attrs, "user id"))'],
    ["event.'a.b' exists", '(arrayExists(m -> mapContains(m, "a.b"), Events.Attrs))'],
    [
      'http.route exists',
      '(((mapContains(Attrs, "http.route")) OR (mapContains(ResourceAttrs, "http.route"))))',
    ],
    ['attribute.x exists', '(((mapContains(Attrs, "x")) OR (mapContains(ResourceAttrs, "x"))))'],
  ])('%s', (expression, expected) => {
    expect(sqlOf(expression)).toBe(expected);
  });

  it('bind NOT before AND before OR, and parentheses before all', () => {
    const shape = (expression: string) =>
      sqlOf(expression).replace(/\(?StatusCode = '(\w)\w+'\)?/g, (_, letter) => letter);
    expect(shape('status=ok or status=error and not status=unset')).toBe('(O OR (E AND NOT U))');
    expect(shape('(status=ok OR status=error) status=unset')).toBe('((O OR E) AND U)');
    expect(shape('not (status=ok or status=error)')).toBe('NOT (O OR E)');
    expect(shape('NOT NOT status=ok')).toBe('NOT NOT O');
  });

  it('keep quoted keywords and escapes as text', () => {
    expect(sqlOf('service = "and"')).toBe('(ServiceName = "and")');
    expect(sqlOf(String.raw`service = "a\"b\\c\n"`)).toBe(String.raw`(ServiceName = "a\"b\\c\n")`);
    expect(sqlOf('"or"')).toContain('positionCaseInsensitiveUTF8(SpanName, "or") > 0');
    expect(sqlOf('timeout')).toContain(
      'arrayExists(x -> positionCaseInsensitiveUTF8(x, "timeout") > 0, mapValues(Attrs))',
    );
  });
});

describe('refusals', () => {
  it.each([
    ['service', 0, undefined],
    ['service =', 10, 'expected a value, found the end'],
    ['(service = a', 13, 'expected ), found the end'],
    ['service = a)', 12, 'expected AND, OR or the end, found ")"'],
    ['service = a OR', 15, 'expected a field, a text or (, found the end'],
    ['AND service = a', 1, 'expected a field, a text or (, found "AND"'],
    ['service = "a', 11, 'expected a closing "'],
    [String.raw`service = "\x"`, 13, 'after the backslash'],
    ['servce = a', 1, '"servce" is not a field. Expected one of service, operation'],
    ['"service" = a', 1, 'not quoted as a whole'],
    ['spn."a" = 1', 1, '"spn" is not a scope. Expected one of span, resource'],
    ['span. = 1', 1, 'expected the key of an attribute after "span."'],
    ['span."a"', 9, 'expected an operator after the field'],
    ['a ! b', 3, '"!" begins nothing'],
    ['status = ok AND duration > fast', 17, 'duration: expected a time such as 100ms'],
    ['duration =~ "1"', 1, 'no regular expression'],
    ['duration = 1.5', 1, 'not whole'],
    ['duration > -1', 1, 'expected'],
    ['status = fine', 1, 'status: expected one of unset, ok, error, found "fine"'],
    ['status > ok', 1, 'compared with = and != only'],
    ['trace_id = 12', 1, 'expected 32 hex digits'],
    ['span_id = 0123456789abcdeg', 1, 'expected 16 hex digits'],
    ['service in ()', 13, 'expected a value'],
    ['service in (a b)', 15, 'expected ), found "b"'],
    ['" "', 1, 'something in it'],
    [`service =~ ${'a'.repeat(257)}`, 1, '257 bytes; at most 256'],
    [`service = ${'ü'.repeat(513)}`, 1, '1026 bytes; at most 1024'],
    [`${'('.repeat(30)}a${')'.repeat(30)}`, 22, 'nested more than 20 levels'],
    [`${'not '.repeat(3)}${'not '.repeat(900)}a`, 85, 'nested more than 20 levels'],
  ] as const)('%s', (expression, position, message) => {
    if (message === undefined) {
      expect(sqlOf(expression)).toContain('positionCaseInsensitive');
      return;
    }
    const error = errorOf(expression);
    expect(error).toMatchObject({ code: 'invalid_argument', field: 'filter' });
    expect(error.message).toContain(`at character ${position}: `);
    expect(error.message).toContain(message);
  });

  it.each([
    ['a '.repeat(11), 'more than 10 free texts'],
    ['service=a '.repeat(101), 'more than 100 conditions'],
    ['service=~a '.repeat(6), 'more than 5 regular expressions'],
    ['x'.repeat(4097), '4097 characters; at most 4096'],
  ])('of what costs too much: %#', (expression, message) => {
    expect(errorOf(expression).message).toContain(message);
  });

  it('of trees that no expression can make', () => {
    const tree = (filter: object) => () =>
      readSelection({ $typeName: 'gob.query.v1.Selection', expression: '', filter } as never, SPAN_FIELDS);
    const comparison = (value: object) => tree({ node: { case: 'comparison', value } });
    expect(tree({ node: { case: undefined } })).toThrow('a condition is empty');
    expect(comparison({ operator: 99, values: [], field: undefined })).toThrow('operator 99 is not known');
    expect(comparison({ operator: 1, values: [], field: undefined })).toThrow('0 values');
    const value = { kind: { case: 'text', value: 'x' } };
    expect(comparison({ operator: 1, values: [value] })).toThrow('"" is not a field of a span');
    expect(comparison({ operator: 1, values: [value], field: { scope: 77, name: 'x' } })).toThrow(
      'no scope 77',
    );
    expect(comparison({ operator: 1, values: [value], field: { scope: 0, name: '__proto__' } })).toThrow(
      'is not a field',
    );
    let deep: object = { node: { case: 'text', value: 'x' } };
    for (let level = 0; level < 30; level++) deep = { node: { case: 'not', value: deep } };
    expect(tree(deep)).toThrow('nested more than');
  });
});

function errorOf(expression: string): AppError {
  try {
    read(expression);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('it was accepted');
}
