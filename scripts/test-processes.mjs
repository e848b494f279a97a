// Before tests that start processes: builds what these run. As JavaScript a process is there in half the time and a third of the
// processor time that compiling on the way takes, and a run of all tests starts some two hundred.
import { buildServices, transpile } from './build.mjs';
import { listFiles, makeOnce } from './stamp.mjs';

const SOURCES = ['test/_util', 'test/integration'];

/** Called by vitest, once for each ring. */
export async function setup() {
  await buildServices();
  await makeOnce('dist/.test-stamp', [...SOURCES, 'dist/.code-stamp'], () => transpile(listFiles(SOURCES)));
}
