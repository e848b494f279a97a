import { describe, expect, it } from 'vitest';
import type { TranscodeResult } from '../transcode/transcode.js';
import { Duplicates, duplicateKey } from './duplicates.js';

const answer = (accepted: number): TranscodeResult => ({
  blocks: [],
  accepted,
  rejected: new Map(),
  firstRejection: undefined,
});

describe('Duplicates', () => {
  it('remembers an answer for the window, and no longer', async () => {
    const duplicates = new Duplicates({ windowMs: 1_000, maxBytes: 1e6 });
    duplicates.remember('a', Promise.resolve(answer(5)), 0);
    expect((await duplicates.find('a', 999))?.accepted).toBe(5);
    expect(duplicates.find('b', 999)).toBeUndefined();
    expect(duplicates.find('a', 1_000)).toBeUndefined();
    duplicates.remember('b', Promise.resolve(answer(1)), 1_500);
    expect(duplicates.size).toBe(1);
  });

  it('forgets what failed, and then takes the next for the first', async () => {
    const duplicates = new Duplicates({ windowMs: 1_000, maxBytes: 1e6 });
    const failing = Promise.reject(new Error('no room'));
    duplicates.remember('a', failing, 0);
    await expect(duplicates.find('a', 1)).rejects.toThrow('no room');
    expect(duplicates.find('a', 1)).toBeUndefined();
  });

  it('keeps to its memory, the oldest going first', () => {
    const duplicates = new Duplicates({ windowMs: 1_000, maxBytes: 40_000 });
    for (let index = 0; index < 1_000; index++)
      duplicates.remember(`k${index}`, Promise.resolve(answer(1)), 0);
    expect(duplicates.size).toBe(100);
    expect(duplicates.find('k899', 1)).toBeUndefined();
    expect(duplicates.find('k900', 1)).toBeDefined();
  });

  it('remembers nothing when it is switched off', () => {
    const duplicates = new Duplicates({ windowMs: 0, maxBytes: 1e6 });
    duplicates.remember('a', Promise.resolve(answer(1)), 0);
    expect(duplicates.find('a', 0)).toBeUndefined();
  });
});

it('tells exports apart by tenant, project, signal and every byte', () => {
  const [body, identity] = [Buffer.from('body'), { tenantId: 1, projectId: 7n, signal: 'traces' }];
  const keys = [
    duplicateKey(identity, body),
    duplicateKey({ ...identity, tenantId: 2 }, body),
    duplicateKey({ ...identity, projectId: 8n }, body),
    duplicateKey({ ...identity, signal: 'logs' }, body),
    duplicateKey(identity, Buffer.from('bodx')),
  ];
  expect(new Set(keys).size).toBe(5);
  expect(duplicateKey(identity, Buffer.from('body'))).toBe(keys[0]);
});
