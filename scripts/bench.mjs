// `npm run bench [name]`: runs test/bench/<name>.ts; without a name, lists what there is.
import { readdirSync } from 'node:fs';
import { build } from './build.mjs';
import { run } from './ensure-installed.mjs';

const [name, ...rest] = process.argv.slice(2);
const benches = readdirSync('test/bench').filter((file) => file.endsWith('.ts') && !file.startsWith('_'));
const file = benches.find((candidate) => candidate === `${name}.ts`);
if (!file) {
  console.log(
    `Usage: npm run bench <name>, where <name> is one of: ${benches.map((bench) => bench.replace('.ts', '')).join(', ')}`,
  );
  process.exit(name === undefined ? 0 : 1);
}
await build();
run('npx', ['--no-install', 'tsx', `test/bench/${file}`, ...rest]);
