import { ClickHouseError } from '@clickhouse/client';
import { expect, it } from 'vitest';
import { budgetHitOf } from './budget-hit.js';
import { toStoreError } from './store-errors.js';

it.each([
  [158, 'Limit for rows exceeded, max rows: 1.00 thousand, current rows: 20.50 thousand', 'rows', 20_500],
  [158, 'Limit for rows exceeded, max rows: 1.00, current rows: 2.00. Where', 'rows', 2],
  [307, 'Limit for bytes to read exceeded, max bytes: 1.00 MiB, current bytes: 5.50 MiB', 'bytes', 5_767_168],
  [241, 'Query memory limit exceeded: would use 1.50 GiB, maximum: 1.00 GiB', 'memory', 1_610_612_736],
  [159, 'Timeout exceeded: elapsed 611.28 ms, maximum: 600 ms', 'time', 611],
  [159, 'Timeout exceeded: elapsed 1.5 seconds, maximum: 1', 'time', 1_500],
  [159, 'Estimated query execution time is too long', 'time', undefined],
])('reads exception %i (%s)', (code, message, kind, measured) => {
  const error = toStoreError(new ClickHouseError({ code: String(code), message, type: 'T' }));
  expect(budgetHitOf(error)).toEqual({ kind, measured });
});

it('knows no budget in other trouble, nor in a server that is full', () => {
  const full = '(total) memory limit exceeded: would use 8.00 GiB, maximum: 7.50 GiB';
  expect(budgetHitOf(new ClickHouseError({ code: '241', message: full, type: 'T' }))).toBeUndefined();
  expect(budgetHitOf(new ClickHouseError({ code: '62', message: 'x', type: 'T' }))).toBeUndefined();
  expect(budgetHitOf(new Error('x'))).toBeUndefined();
});
