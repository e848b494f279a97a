import { describe, expect, it } from 'vitest';
import { readSignInToken, safeReturnPath } from './sign-in.js';

describe('safeReturnPath', () => {
  it.each(['/', '/projects/1/traces?period=15m', '/projects/1/traces/ab?span=C#x'])('keeps %j', (path) => {
    expect(safeReturnPath(path)).toBe(path);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    'javascript:alert(1)',
    'projects/1',
    '/sign-in?return_to=/',
    '',
    null,
    ['/'],
  ])('refuses %j', (value) => {
    expect(safeReturnPath(value)).toBeUndefined();
  });
});

describe('readSignInToken', () => {
  it('reads the fragment', () => {
    expect(readSignInToken('#token=a-b_c')).toBe('a-b_c');
  });

  it.each(['', '#', '#token=', '#other=1'])('finds none in %j', (hash) => {
    expect(readSignInToken(hash)).toBeUndefined();
  });
});
