import { describe, expect, it } from 'vitest';
import { quoteColumn, quoteIdentifier } from './statement.js';

describe('identifiers', () => {
  it('are quoted when they are plain names', () => {
    expect(quoteIdentifier('gob_cell_default')).toBe('`gob_cell_default`');
    expect(quoteColumn('Events.Name')).toBe('`Events.Name`');
  });

  it.each(['', '1a', 'a b', 'a`b', 'a;DROP', 'a.b', 'ü', 'x'.repeat(65)])('refuse %j as a table', (name) => {
    expect(() => quoteIdentifier(name)).toThrow('Internal error.');
  });

  it.each(['', 'a.b.c', 'a.', 'a)`', '.a'])('refuse %j as a column', (name) => {
    expect(() => quoteColumn(name)).toThrow('Internal error.');
  });
});
