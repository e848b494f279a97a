// `npm run dev`: the whole mesh from source, started again when a file changes.

import { run } from './ensure-installed.mjs';
import { generate } from './gen.mjs';

await generate();
process.env.LOG_FORMAT ||= 'text';
run('npx', [
  '--no-install',
  'tsx',
  'watch',
  '--clear-screen=false',
  'services/all-in-one/main.ts',
  ...process.argv.slice(2),
]);
