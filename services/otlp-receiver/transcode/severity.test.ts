import { expect, it } from 'vitest';
import { SEVERITY_NAMES } from '../../../lib/signals/severity-names.js';
import { severityNumber } from './severity.js';

it('names the 24 severities', () => {
  expect(SEVERITY_NAMES).toHaveLength(24);
  expect([0, 3, 4, 8, 12, 16, 23].map((index) => SEVERITY_NAMES[index])).toEqual([
    'trace',
    'trace4',
    'debug',
    'info',
    'warn',
    'error',
    'fatal4',
  ]);
});

it.each([
  [17, 'info', 17],
  [24, '', 24],
  [0, '', 0],
  [0, 'TRACE', 1],
  [0, 'Debug2', 6],
  [0, ' info ', 9],
  [0, 'Information', 9],
  [0, 'WARNING', 13],
  [0, 'fatal4', 24],
  [0, 'loud', 0],
  [25, 'error', 17],
  [-1, '', 0],
  [2 ** 31 - 1, '', 0],
])('number %i with text "%s" is %i', (number, text, stored) =>
  expect(severityNumber(number, text)).toBe(stored),
);
