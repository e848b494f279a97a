import { expect, it } from 'vitest';
import { SPAN_FIELDS } from '../traces/span-fields.js';
import { namesAnId } from './names-an-id.js';
import { readSelection } from './read-selection.js';

it.each([
  ['span.order.id = 1234567', true],
  ['duration > 1s AND span.customer.id = customer-17', true],
  ['span.order.id in (order-17, order-18)', true],
  ['span.order.id in (order-17, none)', false],
  ['span.order.id = 1234567 OR duration > 1s', false],
  ['NOT span.order.id = 1234567', false],
  ['span.http.response.status_code = 500', false],
  ['span.currency = dollars', false],
  ['resource.host.name = host-1234', false],
])('%s names an id: %s', (expression, expected) => {
  const filter = readSelection({ $typeName: 'gob.query.v1.Selection', expression }, SPAN_FIELDS);
  expect(filter && namesAnId(filter)).toBe(expected);
});
