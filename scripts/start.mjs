// `npm start`: installs, generates and builds what is missing, then runs the whole mesh in this process.
import { build } from './build.mjs';

await build();
process.env.LOG_FORMAT ||= process.stderr.isTTY ? 'text' : 'json';
await import('../dist/services/all-in-one/main.js');
