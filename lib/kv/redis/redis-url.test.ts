import { expect, it } from 'vitest';
import { redisUrl } from './redis-url.js';

it.each([
  ['redis://localhost', { kind: 'standalone', nodes: [{ host: 'localhost', port: 6379 }], database: 0 }],
  ['rediss://u:p%40ss@[::1]:7000/3', { nodes: [{ host: '::1', port: 7000 }], password: 'p@ss', database: 3 }],
  ['redis://:secret@h', { username: undefined, password: 'secret', isTls: false }],
  ['redis+sentinel://a,b:1/main/2', { kind: 'sentinel', masterName: 'main', database: 2 }],
  ['rediss+cluster://a:1,b:2', { kind: 'cluster', isTls: true, database: 0 }],
])('%s is understood', (text, target) => expect(redisUrl.parse(text)).toMatchObject(target));

it.each([
  ['http://localhost', /redis:\/\//],
  ['redis://a,b', /one host/],
  ['redis+sentinel://a', /name of the master/],
  ['redis+cluster://a/1', /no database/],
  ['redis://h/99', /0 to 15/],
  ['redis://u:secret@h:99999', /host:port/],
])('%s is refused with what is expected and without the password', (text, message) => {
  expect(() => redisUrl.parse(text)).toThrow(message);
  expect(() => redisUrl.parse(text)).not.toThrow(/secret/);
});
