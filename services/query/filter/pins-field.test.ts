import { expect, it } from 'vitest';
import { SPAN_FIELDS } from '../traces/span-fields.js';
import { pinsField } from './pins-field.js';
import { readSelection } from './read-selection.js';

it.each([
  ['service = shop', true],
  ['duration > 1s AND (kind = server AND service = shop)', true],
  ['service in (shop)', true],
  ['service in (shop, pay)', false],
  ['service = shop OR duration > 1s', false],
  ['NOT service = shop', false],
  ['service != shop', false],
  ['span.service = shop', false],
  ['operation = shop', false],
])('%s pins the service: %s', (expression, expected) => {
  const filter = readSelection({ $typeName: 'gob.query.v1.Selection', expression }, SPAN_FIELDS);
  expect(filter && pinsField(filter, 'service')).toBe(expected);
});
