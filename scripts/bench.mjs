// `npm run bench [name]`: runs test/bench/<name>.ts; without a name, lists what there is.
import { readdirSync } from 'node:fs';
import { build, transpile } from './build.mjs';
import { run } from './ensure-installed.mjs';
import { listFiles } from './stamp.mjs';

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
// As JavaScript beside dist/: a loader that compiles on the way keeps function names alive, which costs what is measured.
await transpile(listFiles(['test/bench', 'test/_util', 'test/clients/replayer']));
run(process.execPath, [`dist/test/bench/${file.replace('.ts', '.js')}`, ...rest]);
