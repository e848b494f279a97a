import { expect, it } from 'vitest';
import { paletteSize, serviceShares } from './service-share.js';
import { testSpan } from './span-fixture.js';

it('counts spans per service and gives each its own colour', () => {
  const spans = ['shop', 'cart', 'shop'].map((serviceName, i) => testSpan(`S${i}`, '', i, { serviceName }));
  expect(serviceShares(spans)).toEqual([
    { name: 'shop', spanCount: 2, series: 0 },
    { name: 'cart', spanCount: 1, series: 1 },
  ]);
});

it('starts the palette over when there are more services than colours', () => {
  const spans = Array.from({ length: paletteSize + 1 }, (_, i) =>
    testSpan('S', '', i, { serviceName: `s${i}` }),
  );
  expect(serviceShares(spans).at(-1)?.series).toBe(0);
});
