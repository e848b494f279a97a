import { expect, it } from 'vitest';
import { presentedToken } from './presented-token.js';

const tokenOf = (headers: Record<string, string>) => presentedToken((name) => headers[name]);
const basic = (text: string) => Buffer.from(text).toString('base64');

it.each<[Record<string, string>, string | undefined]>([
  [{ 'private-token': ' t ' }, 't'],
  [{ authorization: 'Bearer t' }, 't'],
  [{ authorization: 'bearer   t' }, 't'],
  [{ authorization: 'Bearer%20t' }, 't'],
  [{ authorization: `Basic ${basic('user:pass:word')}` }, 'pass:word'],
  [{ authorization: `Basic%20${basic(':t').replaceAll('=', '%3D')}` }, 't'],
  [{ 'private-token': 'a', authorization: 'Bearer b' }, 'a'],
  [{ 'private-token': '', authorization: 'Bearer b' }, 'b'],
  [{ authorization: 'Bearer' }, undefined],
  [{ authorization: 'Bearer a b' }, undefined],
  [{ authorization: 'Digest x' }, undefined],
  [{ authorization: `Basic ${basic('no colon')}` }, undefined],
  [{ authorization: `Basic ${basic('user:')}` }, undefined],
  [{}, undefined],
])('%j presents %s', (headers, token) => expect(tokenOf(headers)).toBe(token));
