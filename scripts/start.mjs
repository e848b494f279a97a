// `npm start`: installs, generates and builds what is missing, then runs the whole mesh in this process.
import { build } from './build.mjs';

await build();
// The banner is what matters to the person at the terminal; everything else can be asked for.
process.env.LOG_LEVEL ||= 'warn';
process.env.LOG_FORMAT ||= process.stderr.isTTY ? 'text' : 'json';
await import('../dist/services/all-in-one/main.js');
