import { expect, it } from 'vitest';
import { cellAddress, databaseNameOf, isSameService, parseCellAddress, serviceOf } from './cell-address.js';
import { quoteIdentifier } from './statement.js';

it('is the name alone on the default service, so that what was written before there were others still holds', () => {
  expect(cellAddress({ database: 'gob_cell_a', service: 'default' })).toBe('gob_cell_a');
  expect(parseCellAddress('gob_cell_a')).toEqual({ database: 'gob_cell_a', service: 'default' });
});

it('names the service, and comes apart as it was put together', () => {
  const address = cellAddress({ database: 'gob_cell_a', service: 'eu-2' });
  expect(address).toBe('gob_cell_a@eu-2');
  expect([databaseNameOf(address), serviceOf(address)]).toEqual(['gob_cell_a', 'eu-2']);
  expect([isSameService(address, 'b@eu-2'), isSameService(address, 'gob_cell_a')]).toEqual([true, false]);
});

it.each(['', '@eu', 'a@', 'a@b@c', 'a@EU', 'a@-', 'a@b.c'])('%j is nobody’s address', (address) => {
  expect(() => parseCellAddress(address)).toThrow('Internal error.');
});

it('is never taken for a name', () => {
  expect(() => quoteIdentifier('gob_cell_a@eu2')).toThrow('Internal error.');
});
