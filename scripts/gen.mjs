// Generates gen/ from proto/: protobuf-es for proto/gob, ts-proto for proto/opentelemetry and proto/google, and the
// descriptors of OTLP that gRPC reflection serves.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, run } from './ensure-installed.mjs';
import { makeOnce } from './stamp.mjs';

const TEMPLATES = ['buf.gen.yaml', 'buf.gen.otlp.yaml'];
const SOURCES = ['proto', 'buf.yaml', ...TEMPLATES, 'package-lock.json', 'scripts/gen.mjs'];

/** Does nothing when gen/ is already made from the present sources. */
export async function generate() {
  ensureInstalled();
  await makeOnce('gen/.stamp', SOURCES, () => {
    rmSync('gen', { recursive: true, force: true });
    for (const template of TEMPLATES) run('npx', ['--no-install', 'buf', 'generate', '--template', template]);
    const descriptors = ['--as-file-descriptor-set', '-o', 'gen/otlp/descriptors.binpb'];
    run('npx', ['--no-install', 'buf', 'build', '--path', 'proto/opentelemetry', ...descriptors]);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generate();
