import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PAGE = 'docs/monitoring.md';
/** A metric's name as it stands in the code: whole, so that it can be found there by whoever sees it on a graph. */
const NAME = /'(gob_(?:gateway|gatekeeper|query|receiver|rpc|store|tenant|tenant_quota)_[a-z_]+)'/g;

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

it(`${PAGE} has every metric, and no other`, () => {
  const sources = ['services', 'lib', 'gateway/rest', 'gateway/auth'].flatMap(sourcesOf);
  const made = new Set(sources.flatMap((source) => [...source.matchAll(NAME)].map(([, name]) => name)));
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| `(gob_[a-z_]+)` \|/gm);
  const documented = [...rows].map(([, name]) => name);
  expect(documented.length).toBeGreaterThan(40);
  expect(documented.toSorted()).toEqual([...made].toSorted());
});
