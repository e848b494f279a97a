import { expect, it } from 'vitest';
import { readException } from './exception.js';

const event = (attributes: Record<string, string>) => ({ atUnixNano: 0n, name: 'exception', attributes });

it('reads type, message and stack trace and keeps the rest', () => {
  const attributes = {
    'exception.type': 'E',
    'exception.message': 'no',
    'exception.stacktrace': 'at x',
    'exception.escaped': 'true',
  };
  expect(readException(event(attributes))).toEqual({
    type: 'E',
    message: 'no',
    stacktrace: 'at x',
    rest: { 'exception.escaped': 'true' },
  });
});

it('accepts an exception with a message only', () => {
  expect(readException(event({ 'exception.message': 'no' }))).toMatchObject({ type: '', message: 'no' });
});

it('leaves other events alone', () => {
  expect(readException(event({ 'cache.hit': 'true' }))).toBeUndefined();
});
