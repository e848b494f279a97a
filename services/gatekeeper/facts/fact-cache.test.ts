import { pino } from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { Counter, Registry } from '../../../lib/telemetry/metrics.js';
import type { FactKind } from './fact.js';
import { FactCache } from './fact-cache.js';

const KIND: FactKind<string> = {
  name: 'test',
  schema: z.string(),
  ttlMs: 60_000,
  negativeTtlMs: 5_000,
  isPositive: (value) => value !== 'no',
};

let nowMs: number;
let kv: MemoryKv;
beforeEach(() => {
  nowMs = 1_000_000;
  kv = new MemoryKv(() => nowMs);
  return () => kv.close();
});

/** A cache as another process has it. */
function openCache(store: Kv = kv): FactCache {
  const answers = new Counter({
    name: 'answers',
    help: 'x',
    labelNames: ['kind', 'source'] as const,
    registers: [new Registry()],
  });
  const logger = pino({ level: 'silent' });
  return new FactCache({ kv: store, staleForMs: 30_000, logger, answers, nowMs: () => nowMs });
}

const away = () => new AppError('unavailable', 'away', { retryAfterMs: 1_000 });

describe('a fact', () => {
  it('is loaded once for a thousand that ask in several processes at once, and once more when its life is over', async () => {
    const load = vi.fn(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return 'yes';
    });
    const caches = Array.from({ length: 4 }, () => openCache());
    const askAll = () =>
      Promise.all(
        Array.from({ length: 1_000 }, (_, index) => caches[index % 4]?.get(KIND, 'one', load) ?? 'none'),
      );
    expect(new Set(await askAll())).toEqual(new Set(['yes']));
    expect(load).toHaveBeenCalledTimes(1);
    nowMs += 59_999;
    await askAll();
    expect(load).toHaveBeenCalledTimes(1);
    nowMs += 1;
    await askAll();
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('that says no is believed for its own, shorter time', async () => {
    const load = vi.fn(async () => 'no');
    const cache = openCache();
    for (let count = 0; count < 3; count++) expect(await cache.get(KIND, 'one', load)).toBe('no');
    expect(load).toHaveBeenCalledTimes(1);
    nowMs += 5_000;
    load.mockResolvedValue('yes');
    expect(await cache.get(KIND, 'one', load)).toBe('yes');
  });

  it('stands in while nobody can say anything newer, for a bounded time, and nobody is pressed for it', async () => {
    const load = vi.fn(async () => 'yes');
    await openCache().get(KIND, 'one', load);
    nowMs += 60_000;
    load.mockClear().mockRejectedValue(away());
    // Another process has it from the shared store.
    const cache = openCache();
    for (let count = 0; count < 20; count++) expect(await cache.get(KIND, 'one', load)).toBe('yes');
    expect(load).toHaveBeenCalledTimes(1);
    nowMs += 30_000;
    await expect(cache.get(KIND, 'one', load)).rejects.toMatchObject({ code: 'unavailable' });
    load.mockResolvedValue('no');
    nowMs += 2_000;
    expect(await cache.get(KIND, 'one', load)).toBe('no');
  });

  it('that says no never stands in', async () => {
    const cache = openCache();
    await cache.get(KIND, 'one', async () => 'no');
    nowMs += 5_000;
    await expect(cache.get(KIND, 'one', () => Promise.reject(away()))).rejects.toThrow('away');
  });

  it('is not replaced by an older one when it is refused for good', async () => {
    const cache = openCache();
    await cache.get(KIND, 'one', async () => 'yes');
    nowMs += 60_000;
    const refuse = () => Promise.reject(new AppError('not_found', 'gone'));
    await expect(cache.get(KIND, 'one', refuse)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is kept in the process while the shared store is away', async () => {
    const broken = new Proxy(kv, {
      get: () => () => Promise.reject(new AppError('unavailable', 'Redis is away.')),
    });
    const cache = openCache(broken);
    const load = vi.fn(async () => 'yes');
    await Promise.all(Array.from({ length: 100 }, () => cache.get(KIND, 'one', load)));
    expect(await cache.get(KIND, 'one', load)).toBe('yes');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('of another shape in the store is loaded again', async () => {
    const load = async () => 'yes';
    for (const text of ['', '{', '{"value":7,"freshUntilMs":9e15,"endsMs":9e15}', '[]']) {
      await kv.set('fact:test:one', text, 60_000);
      expect(await openCache().get(KIND, 'one', load)).toBe('yes');
    }
  });
});
