// `npm test`: builds what is missing (end-to-end tests run the built mesh), then runs every ring, or what the arguments name.
import { build } from './build.mjs';
import { run } from './ensure-installed.mjs';

await build();
run('npx', ['--no-install', 'vitest', 'run', ...process.argv.slice(2)]);
