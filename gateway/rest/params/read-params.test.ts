import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseQueryString, readParams } from './read-params.js';

const schema = z.object({ a: z.array(z.string()).optional() });

it('reads repeated names in order, and no name is special', () => {
  expect({ ...parseQueryString('a=1&b=x%20y&a=2&__proto__=3') }).toEqual({
    a: ['1', '2'],
    b: ['x y'],
    ['__proto__']: ['3'],
  });
  expect(Object.getPrototypeOf(parseQueryString('__proto__=3'))).toBeNull();
});

it('never throws while a query string is parsed, whatever is in it', () => {
  for (const text of ['%', '%zz=%', '=&=&&', 'a=1&'.repeat(5_000)])
    expect(() => parseQueryString(text)).not.toThrow();
});

it('takes 300 parameters and refuses one more', () => {
  expect(readParams(schema, parseQueryString('a=1&'.repeat(300))).a).toHaveLength(300);
  expect(() => readParams(schema, parseQueryString('a=1&'.repeat(301)))).toThrowError(
    /more than 300 parameters/,
  );
});
