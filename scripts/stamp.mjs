// Remembers what a step was made from, so that a step whose sources did not change is skipped.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', '.git']);

function* filesBelow(path) {
  if (statSync(path).isFile()) return yield path;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const child = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(child);
    else yield child;
  }
}

/** Every file below the paths, in a stable order. */
export function listFiles(paths) {
  return paths.flatMap((path) => [...filesBelow(path)]).sort();
}

function digestOf(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const file of listFiles(paths)) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

/** Runs `make` unless `stampFile` says that it ran on the same content before. */
export async function makeOnce(stampFile, sources, make) {
  const digest = digestOf(sources);
  if (readStamp(stampFile) === digest) return;
  await make();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, digest);
}

function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
