import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Every TypeScript and Vue file below the roots, as paths from the project's root. */
function sourceFiles(roots: readonly string[]): string[] {
  return roots.flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.includes('node_modules')),
  );
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

interface Import {
  readonly from: string;
  /** A path from the project's root, or a package's name. */
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const found = [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  return found.map((specifier) => ({
    from: file,
    to: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
  }));
}

/** `services/query/rpc/x.ts` → `services/query`, `lib/kv/kv.ts` → `lib`. */
function roomOf(path: string): string {
  const [first, second] = path.split('/');
  return first === 'services' ? `services/${second}` : (first ?? '');
}

const isTest = (file: string): boolean => file.endsWith('.test.ts');
const production = sourceFiles(['lib', 'services', 'gateway']).filter((file) => !isTest(file));
const imports = production.flatMap(importsOf);
const isPackage = ({ to }: Import): boolean => !/^(lib|services|gateway|gen|test|scripts)\//.test(to);

/** Rooms that a room may import besides itself. */
function allowedRooms(room: string): RegExp {
  if (room === 'lib') return /^(lib|gen)$/;
  if (room === 'services/all-in-one') return /^(lib|gen|gateway|services\/.+)$/;
  return new RegExp(`^(lib|gen|${room})$`);
}

describe('who may import whom', () => {
  it('finds the sources it judges', () => {
    expect(production.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(100);
  });

  it('lets dependencies flow down only: lib and gen below services, no service into another', () => {
    const wrong = imports.filter(
      (entry) => !isPackage(entry) && !allowedRooms(roomOf(entry.from)).test(roomOf(entry.to)),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the two protobuf families apart', () => {
    const families = (file: string) =>
      new Set(importsOf(file).flatMap(({ to }) => /^gen\/(es|otlp)\//.exec(to)?.[1] ?? []));
    const mixed = production.filter((file) => families(file).size > 1);
    expect(mixed).toEqual([]);
  });

  it('keeps each library in its role', () => {
    const homes: Record<string, RegExp> = {
      '@clickhouse/client': /^lib\/store\//,
      chdb: /^services\/clickhouse-embedded\//,
      ioredis: /^lib\/kv\//,
      'grpc-health-check': /^services\/otlp-receiver\//,
      '@grpc/reflection': /^services\/otlp-receiver\//,
      '@grpc/grpc-js': /^services\/otlp-receiver\//,
      fastify: /^gateway\//,
      vue: /^gateway\/ui\//,
      '@connectrpc/connect-node': /^lib\/rpc\//,
    };
    const strays = imports.filter(({ from, to }) => homes[to] !== undefined && !homes[to].test(from));
    expect(strays).toEqual([]);
  });

  it('keeps SQL out of the gateway and the UI out of everything else', () => {
    const sqlInGateway = production.filter(
      (file) =>
        file.startsWith('gateway/') &&
        /\b(SELECT|INSERT INTO)\b[\s\S]+\bFROM\b/.test(readFileSync(file, 'utf8')),
    );
    const uiOutside = imports.filter(
      ({ from, to }) => to.startsWith('gateway/ui/') && !from.startsWith('gateway/ui/'),
    );
    expect({ sqlInGateway, uiOutside }).toEqual({ sqlInGateway: [], uiOutside: [] });
  });
});

describe('how files read', () => {
  it('keeps every file under 250 lines', () => {
    const all = [...sourceFiles(['lib', 'services', 'gateway', 'test'])].filter(
      (file) => !file.startsWith('test/clients'),
    );
    const long = all
      .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 251);
    expect(long).toEqual([]);
  });

  it('reads the environment only where configuration is read', () => {
    const readers = production.filter((file) => readFileSync(file, 'utf8').includes('process.env'));
    expect(
      readers.filter(
        (file) =>
          !/(^lib\/(config|lifecycle)\/|\/(main|engine-main|receiver-worker|children)\.ts$|\.config\.ts$)/.test(
            file,
          ),
      ),
    ).toEqual([]);
  });

  it('names files in kebab-case', () => {
    const named = production.filter((file) => !file.startsWith('gateway/ui/'));
    expect(named.filter((file) => !/^[a-z0-9.-]+\.ts$/.test(file.split('/').at(-1) ?? ''))).toEqual([]);
  });
});
