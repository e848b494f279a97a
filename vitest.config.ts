import { defineConfig } from 'vitest/config';

/** Each project is one ring of tests; only `unit` runs without starting a process or opening a port. */
const ring = (name: string, include: string[], testTimeout: number) => ({
  test: {
    ...{ name, include, testTimeout, hookTimeout: 60_000, pool: 'forks' as const },
    globalSetup: name === 'unit' ? [] : ['scripts/test-processes.mjs'],
  },
});

export default defineConfig({
  test: {
    // Most of a test's time is waiting for a fact, so two files at a time are twice as fast also on two processors.
    maxWorkers: 2,
    projects: [
      ring(
        'unit',
        ['lib/**/*.test.ts', 'services/**/*.test.ts', 'gateway/**/*.test.ts', 'test/*.test.ts'],
        10_000,
      ),
      ring('integration', ['test/integration/**/*.test.ts'], 30_000),
      ring('e2e', ['test/e2e/**/*.test.ts'], 60_000),
      ring('faults', ['test/faults/**/*.test.ts'], 600_000),
      ring('browser', ['test/browser/**/*.test.ts'], 60_000),
    ],
  },
});
