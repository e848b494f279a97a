import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kv } from '../../lib/kv/kv.js';

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
  });
}
