import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import type { Identity } from '../identity/identity.js';
import { Sessions } from './sessions.js';

const dev: Identity = { name: 'dev', kind: 'user', scopes: ['api'], coverage: { tenantId: 22 } };
const users = {
  findByPassword: async (username: string, password: string) =>
    username === 'dev' && password === 'right' ? dev : undefined,
  findByUsername: (username: string) => (username === 'dev' ? dev : undefined),
};

let nowMs: number;
let kv: MemoryKv;
let sessions: Sessions;
beforeEach(() => {
  nowMs = 0;
  kv = new MemoryKv(() => nowMs);
  sessions = new Sessions(kv, users, 1_000);
});
afterEach(() => kv.close());

it('signs in with the right password, and ends by time or by signing out', async () => {
  const { sessionId } = await sessions.signInWithPassword('dev', 'right');
  expect(await sessions.find(sessionId)).toBe(dev);
  await sessions.end(sessionId);
  expect(await sessions.find(sessionId)).toBeUndefined();
  const again = await sessions.signInWithPassword('dev', 'right');
  expect(again.sessionId).not.toBe(sessionId);
  nowMs = 1_001;
  expect(await sessions.find(again.sessionId)).toBeUndefined();
});

it('accepts a one-time token exactly once', async () => {
  await sessions.allowOnce('one-time', 'dev');
  const attempts = await Promise.allSettled([
    sessions.signInWithToken('one-time'),
    sessions.signInWithToken('one-time'),
  ]);
  expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(sessions.signInWithToken('never-given')).rejects.toThrowError(/used before or is not valid/);
});

it('makes a user wait after ten wrong passwords, and says for how long', async () => {
  for (let attempt = 0; attempt < 10; attempt++)
    await expect(sessions.signInWithPassword('dev', 'wrong')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  await expect(sessions.signInWithPassword('dev', 'right')).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 60_000,
  });
  nowMs = 60_001;
  expect((await sessions.signInWithPassword('dev', 'right')).username).toBe('dev');
});

it('makes an address wait that guesses under many names, and locks nobody else out', async () => {
  const codes: string[] = [];
  for (let attempt = 0; attempt < 61; attempt++)
    await sessions
      .signInWithPassword(`user-${attempt % 20}`, 'wrong', '203.0.113.9')
      .catch((error) => codes.push(error.code));
  expect(codes.at(59)).toBe('unauthenticated');
  expect(codes.at(60)).toBe('rate_limited');
  await expect(sessions.signInWithToken('guess', '203.0.113.9')).rejects.toMatchObject({
    code: 'rate_limited',
    message: expect.stringMatching(/from this address/),
  });
  // The same network of IPv6 is one address; another one is free, also for a name that was guessed about.
  expect((await sessions.signInWithPassword('dev', 'right', '203.0.113.10')).username).toBe('dev');
});

it('lets nobody lock a user out from elsewhere, and makes all wait who guess about one user', async () => {
  const guess = (from: number) => sessions.signInWithPassword('dev', 'wrong', `2001:db8:0:${from}::1`);
  for (let attempt = 0; attempt < 11; attempt++) await guess(1).catch(() => undefined);
  await expect(guess(1)).rejects.toMatchObject({ code: 'rate_limited' });
  expect((await sessions.signInWithPassword('dev', 'right', '198.51.100.1')).username).toBe('dev');
  for (let attempt = 0; attempt < 100; attempt++) await guess(100 + attempt).catch(() => undefined);
  await expect(guess(999)).rejects.toMatchObject({ code: 'rate_limited' });
});

it('checks one password at a time and lets only some wait', async () => {
  let running = 0;
  let most = 0;
  const slow = {
    ...users,
    findByPassword: async (username: string, password: string) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return users.findByPassword(username, password);
    },
  };
  const guarded = new Sessions(kv, slow, 1_000);
  const tries = Array.from({ length: 100 }, (_, index) => guarded.signInWithPassword(`nobody-${index}`, 'x'));
  const codes = (await Promise.allSettled(tries)).map((result) =>
    result.status === 'rejected' ? result.reason.code : 'fulfilled',
  );
  expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(11);
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(89);
  expect(most).toBe(1);
  expect((await guarded.signInWithPassword('dev', 'right')).username).toBe('dev');
});

it('keeps no session id in the store', async () => {
  const { sessionId } = await sessions.signInWithPassword('dev', 'right');
  expect(await kv.get(`session:${sessionId}`)).toBeUndefined();
});
