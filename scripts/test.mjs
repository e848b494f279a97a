// `npm test`: builds what is missing (end-to-end tests run the built mesh), then runs every ring, or what the arguments name.
// Only `faults`, which takes minutes, must be named: `npm test -- --project faults`.
import { build } from './build.mjs';
import { run } from './ensure-installed.mjs';

await build();
const parameters = process.argv.slice(2);
const named = parameters.some((parameter) => parameter.startsWith('--project'));
run('npx', ['--no-install', 'vitest', 'run', ...(named ? [] : ['--project=!faults']), ...parameters]);
