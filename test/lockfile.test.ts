import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { missingEntries } from '../scripts/complete-lock.js';

it('package-lock.json knows every platform’s packages, without which npm ci refuses it (npx tsx scripts/complete-lock.ts)', () => {
  expect(missingEntries(JSON.parse(readFileSync('package-lock.json', 'utf8')))).toEqual([]);
});
