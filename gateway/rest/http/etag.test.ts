import { expect, it } from 'vitest';
import { isKnown } from './etag.js';

it('knows an entity tag in a list, weak or strong, and nothing else', () => {
  for (const header of ['W/"a"', '"a"', '"b", W/"a"', ' * '])
    expect(isKnown(header, 'W/"a"'), header).toBe(true);
  for (const header of [undefined, '', '"b"', 'a', 'W/"A"', '"a'])
    expect(isKnown(header, 'W/"a"')).toBe(false);
});
