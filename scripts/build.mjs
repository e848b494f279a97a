// Makes dist/: the services' TypeScript as JavaScript, file by file, with their SQL and descriptors, and the UI as static files.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './gen.mjs';
import { listFiles, makeOnce } from './stamp.mjs';

const UI = join('gateway', 'ui');
const CODE_ROOTS = ['lib', 'services', 'gateway', 'gen'];

/** Does nothing when dist/ is already made from the present sources. */
export async function build() {
  await generate();
  await buildServices();
  await makeOnce('dist/.ui-stamp', [UI, 'package-lock.json'], buildUi);
}

/** The part of {@link build} that takes a second or two. */
export async function buildServices() {
  await makeOnce('dist/.code-stamp', [...CODE_ROOTS, 'package-lock.json', 'scripts/build.mjs'], buildCode);
}

/** TypeScript as JavaScript, file by file, at the same paths below dist/. */
export async function transpile(files) {
  const { build: run } = await import('esbuild');
  await run({
    entryPoints: files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')),
    outdir: 'dist',
    outbase: '.',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    logLevel: 'warning',
  });
}

async function buildCode() {
  const files = listFiles(CODE_ROOTS).filter((file) => !file.startsWith(UI));
  for (const root of ['lib', 'services', 'gen', 'gateway/rest', 'gateway/auth', 'gateway/cli'])
    rmSync(join('dist', root), { recursive: true, force: true });
  await transpile(files);
  for (const file of files.filter((name) => /\.(sql|binpb)$/.test(name))) {
    const target = join('dist', file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}

async function buildUi() {
  const { build: bundle } = await import('vite');
  await bundle({ configFile: join(UI, 'vite.config.ts'), root: UI, logLevel: 'warn' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
