import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kv } from '../../lib/kv/kv.js';
import type { RoomRequest } from '../../lib/kv/room.js';

export interface KvUnderTest {
  readonly kv: Kv;
  /** Lets time pass for the store, however it measures it. */
  advance(ms: number): Promise<void>;
}

/** What every implementation of Kv must do. */
export function describeKvContract(name: string, open: () => Promise<KvUnderTest>): void {
  describe(`${name} keeps the Kv contract`, () => {
    let subject: KvUnderTest;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.kv.close());

    it('returns what was set until it expires', async () => {
      await subject.kv.set('a', '1', 1_000);
      expect(await subject.kv.get('a')).toBe('1');
      await subject.advance(1_001);
      expect(await subject.kv.get('a')).toBeUndefined();
    });

    it('sets only what is absent, and an expired key is absent', async () => {
      expect(await subject.kv.setIfAbsent('a', '1', 1_000)).toBe(true);
      expect(await subject.kv.setIfAbsent('a', '2', 1_000)).toBe(false);
      expect(await subject.kv.get('a')).toBe('1');
      await subject.advance(1_001);
      expect(await subject.kv.setIfAbsent('a', '3', 1_000)).toBe(true);
    });

    it('gives a taken value to exactly one of many takers', async () => {
      await subject.kv.set('once', 'prize', 1_000);
      const taken = await Promise.all(Array.from({ length: 20 }, () => subject.kv.take('once')));
      expect(taken.filter((value) => value !== undefined)).toEqual(['prize']);
    });

    it('counts up without losing an increment, and forgets with the first increment’s time', async () => {
      const counts = await Promise.all(Array.from({ length: 20 }, () => subject.kv.increment('n', 1_000)));
      expect(Math.max(...counts)).toBe(20);
      await subject.advance(600);
      expect(await subject.kv.increment('n', 1_000)).toBe(21);
      await subject.advance(401);
      expect(await subject.kv.increment('n', 1_000)).toBe(1);
    });

    it('forgets what was deleted', async () => {
      await subject.kv.set('a', '1', 1_000);
      await subject.kv.delete('a');
      expect(await subject.kv.get('a')).toBeUndefined();
    });

    it('deletes only what still is as the caller believes', async () => {
      await subject.kv.set('a', 'mine', 1_000);
      expect(await subject.kv.deleteIfEqual('a', 'yours')).toBe(false);
      expect(await subject.kv.get('a')).toBe('mine');
      expect(await subject.kv.deleteIfEqual('a', 'mine')).toBe(true);
      expect(await subject.kv.deleteIfEqual('a', 'mine')).toBe(false);
    });

    it('keeps the fields of a record until the last write’s time is over', async () => {
      expect(await subject.kv.fields('session')).toBeUndefined();
      await subject.kv.setFields('session', { user: 'dev', token: 'a' }, 1_000);
      await subject.advance(600);
      await subject.kv.setFields('session', { token: 'b ü' }, 1_000);
      await subject.advance(600);
      expect({ ...(await subject.kv.fields('session')) }).toEqual({ user: 'dev', token: 'b ü' });
      await subject.advance(401);
      expect(await subject.kv.fields('session')).toBeUndefined();
      await subject.kv.setFields('session', { user: 'dev' }, 1_000);
      await subject.kv.delete('session');
      expect(await subject.kv.fields('session')).toBeUndefined();
    });

    it('keeps the latest of a list', async () => {
      for (const value of ['1', '2', '3'])
        await subject.kv.push('hits', value, { maxLength: 2, ttlMs: 1_000 });
      expect(await subject.kv.list('hits')).toEqual(['3', '2']);
      await subject.advance(1_001);
      expect(await subject.kv.list('hits')).toEqual([]);
    });

    it('gives a lock to one owner, and every new holder a larger token', async () => {
      const owners = Array.from({ length: 10 }, (_, index) => `owner-${index}`);
      const tokens = await Promise.all(owners.map((owner) => subject.kv.acquireLock('lead', owner, 1_000)));
      const first = owners[tokens.findIndex((token) => token !== undefined)] ?? '';
      const [token = 0, ...others] = tokens.filter((taken) => taken !== undefined);
      expect(others).toEqual([]);
      expect(await subject.kv.acquireLock('lead', first, 1_000)).toBe(token);
      expect(await subject.kv.releaseLock('lead', 'nobody')).toBe(false);
      expect(await subject.kv.releaseLock('lead', first)).toBe(true);
      const second = (await subject.kv.acquireLock('lead', 'second', 1_000)) ?? 0;
      expect(second).toBeGreaterThan(token);
      await subject.advance(1_001);
      expect(await subject.kv.acquireLock('lead', 'third', 1_000)).toBeGreaterThan(second);
    });

    it('lets no more guests into a room than it holds, and forgets who does not come again', async () => {
      const enter = (guest: string, capacity = 3) =>
        subject.kv.takePlace({ room: 'room', guest, capacity, ttlMs: 1_000 });
      const guests = Array.from({ length: 10 }, (_, index) => `guest-${index}`);
      const answers = await Promise.all(guests.map((guest) => enter(guest)));
      const inside = guests.filter((_, index) => answers[index]?.isIn);
      expect(inside).toHaveLength(3);
      expect(await enter('late')).toEqual({ isIn: false, guests: 3 });
      await subject.kv.leavePlace('room', 'nobody');
      const [first = '', second = '', third = ''] = inside;
      await subject.kv.leavePlace('room', first);
      expect(await enter('late')).toEqual({ isIn: true, guests: 3 });
      await subject.advance(600);
      // Who is there stays, also in a room that has become too small.
      expect(await enter(second, 1)).toEqual({ isIn: true, guests: 3 });
      await subject.advance(600);
      expect(await enter(third, 1)).toEqual({ isIn: false, guests: 1 });
      await subject.kv.leavePlace('room', second);
      expect(await enter(third, 1)).toEqual({ isIn: true, guests: 1 });
    });

    it('adds to a window without losing what others add at the same time', async () => {
      const request = {
        key: 'rate:{1}',
        windowMs: 60_000,
        counters: [{ name: 'all', unit: 0, limit: 100 }],
        amounts: [{ need: 7, want: 0 }],
        share: 1,
      };
      const answers = await Promise.all(Array.from({ length: 20 }, () => subject.kv.spendWindow(request)));
      expect(answers.filter(({ granted }) => granted).length).toBe(14);
    });

    describe('room under a cap', () => {
      const take = (request: Partial<RoomRequest>) =>
        subject.kv.takeRoom({
          ...{ key: 'room:{1}:series', holder: 'one', held: 0, stored: 0, isCounted: false },
          ...{ need: 0, want: 0, cap: 800, staleMs: 1_000, ttlMs: 3_000, ...request },
        });

      it('is never granted twice, whoever asks at the same time', async () => {
        await take({ isCounted: true });
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) => take({ holder: `r${index}`, need: 70 })),
        );
        expect(answers.reduce((sum, { granted }) => sum + granted, 0)).toBe(800);
      });

      it('is granted for an eighth of the cap as long as nobody has counted', async () => {
        expect(await take({ need: 500 })).toEqual({ granted: 100, isCounted: false, others: 0 });
        expect(await take({ holder: 'two', need: 500 })).toEqual({
          granted: 0,
          isCounted: false,
          others: 100,
        });
        const counted = { holder: 'two', stored: 60, isCounted: true, need: 500, want: 700 };
        expect(await take(counted)).toEqual({ granted: 500, isCounted: true, others: 100 });
        // What is stored once stays stored, and beyond need goes an eighth of what is left.
        expect(await take({ held: 100, want: 999 })).toEqual({ granted: 17, isCounted: true, others: 500 });
      });

      it('is taken from who was silent when somebody counts, and from nobody before', async () => {
        await take({ isCounted: true, need: 700 });
        await subject.advance(1_100);
        expect((await take({ holder: 'two', need: 700 })).granted).toBe(100);
        const counted = { holder: 'two', held: 100, stored: 300, isCounted: true, need: 700 };
        expect(await take(counted)).toEqual({ granted: 400, isCounted: true, others: 0 });
        await subject.advance(3_100);
        expect((await take({ need: 800 })).isCounted).toBe(false);
      });
    });

    it('says when it has lost a window that the caller knew, and takes from the caller what was in it', async () => {
      const request = {
        key: 'rate:{1}',
        windowMs: 500,
        counters: [{ name: 'all', unit: 0, limit: 100 }],
        amounts: [{ need: 60, want: 0 }],
        share: 1,
      };
      const { epoch: known, after: seed, isLost } = await subject.kv.spendWindow(request);
      expect({ isLost, again: (await subject.kv.spendWindow({ ...request, known })).isLost }).toEqual({
        isLost: false,
        again: false,
      });
      await subject.advance(1_100);
      const lost = await subject.kv.spendWindow({ ...request, known });
      expect(lost).toMatchObject({ isLost: true, granted: undefined, refusal: undefined });
      const [state] = seed;
      const current = state && { index: lost.index, sums: [30, ...state.sums.slice(1)] };
      const told = await subject.kv.spendWindow({
        ...request,
        amounts: [{ need: 0, want: 0 }],
        seed: [current],
      });
      expect(told.epoch).not.toBe(known);
      const later = await subject.kv.spendWindow({
        ...request,
        known: told.epoch,
        seed: [{ index: lost.index, sums: [] }],
      });
      // Thirty and sixty, or thirty less what has left the window meanwhile.
      expect(later.granted).toEqual([60]);
      expect((await subject.kv.spendWindow({ ...request, known: told.epoch })).granted).toBeUndefined();
    });
  });
}
