// `npx tsx scripts/complete-lock.ts`: adds what package-lock.json lacks of other platforms' packages.
// npm leaves an optional platform package out of the lock when its registry does not serve it, and `npm ci` then refuses the
// whole lock. An entry with the exact version is enough: npm reads more only on the platform that it is for.
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'win32'];
const PROCESSORS: Readonly<Record<string, string>> = {
  x64: 'x64',
  arm64: 'arm64',
  aarch64: 'arm64',
  armv7: 'arm',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
};

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  packages: Record<string, LockEntry>;
}

interface MissingEntry {
  readonly name: string;
  readonly version: string;
  readonly isDev: boolean;
}

/** Exactly pinned optional dependencies of packages (not of the project) that have no entry of their own. */
export function missingEntries(lock: Lock): MissingEntry[] {
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .flatMap(([path, owner]) =>
      Object.entries(owner.optionalDependencies ?? {})
        .filter(
          ([name, version]) =>
            /^\d/.test(version) &&
            !lock.packages[`node_modules/${name}`] &&
            !lock.packages[`${path}/node_modules/${name}`],
        )
        .map(([name, version]) => ({ name, version, isDev: owner.dev === true })),
    );
}

function entryOf({ name, version, isDev }: MissingEntry): LockEntry {
  const parts = name.split('-');
  const os = parts.find((part) => SYSTEMS.includes(part));
  const cpu = parts.map((part) => PROCESSORS[part]).find(Boolean);
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(isDev && { dev: true }),
    optional: true,
    ...(os && { os: [os] }),
  };
}

if (process.argv[1]?.endsWith('complete-lock.ts')) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  for (const missing of missingEntries(lock))
    lock.packages[`node_modules/${missing.name}`] = entryOf(missing);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync('package-lock.json', `${JSON.stringify(lock, undefined, 2)}\n`);
}
