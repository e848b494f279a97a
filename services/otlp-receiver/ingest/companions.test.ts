import { describe, expect, it } from 'vitest';
import { Companions } from './companions.js';

function recording(lingerMs = 1) {
  const groups: (readonly string[])[] = [];
  const companions = new Companions<string, string>({
    maxBytes: 100,
    lingerMs,
    work: (items) => {
      groups.push(items);
      return items.map((item) =>
        item === 'bad' ? Promise.reject(new Error('bad')) : Promise.resolve(`${item} done`),
      );
    },
  });
  return { groups, companions };
}

describe('Companions', () => {
  it('brings together what comes in one turn, by key', async () => {
    const { groups, companions } = recording();
    const all = [companions.join('k', 'a', 1), companions.join('l', 'b', 1), companions.join('k', 'c', 1)];
    expect(await Promise.all(all)).toEqual(['a done', 'b done', 'c done']);
    expect(groups).toEqual([['a', 'c'], ['b']]);
  });

  it('lets nobody suffer for another', async () => {
    const { companions } = recording();
    const results = await Promise.allSettled([
      companions.join('k', 'bad', 1),
      companions.join('k', 'good', 1),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('sends a group that is full on its way at once', () => {
    const { groups, companions } = recording();
    for (const item of ['a', 'b', 'c']) companions.join('k', item, 60);
    expect(groups).toEqual([['a', 'b']]);
  });

  it('waits for company only where there was some', async () => {
    const { groups, companions } = recording(5);
    await Promise.all([companions.join('k', 'a', 1), companions.join('k', 'b', 1)]);
    const late = companions.join('k', 'c', 1);
    await new Promise((resolve) => setImmediate(resolve));
    const later = companions.join('k', 'd', 1);
    await Promise.all([late, later]);
    await companions.join('k', 'e', 1);
    expect(groups).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });
});
