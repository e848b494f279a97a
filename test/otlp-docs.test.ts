import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** `file` “name”, as docs/otlp.md refers to a test. */
const REFERENCE = /`([^`]+\.test\.ts)` “([^”]+)”/g;

const page = readFileSync('docs/otlp.md', 'utf8');
const references = [...page.matchAll(REFERENCE)].map(([, file = '', name = '']) => ({ file, name }));

/** The name as the text of a test or of a group, in whichever quotes. */
function isTestOf(source: string, name: string): boolean {
  return ["'", '"', '`'].some(
    (quote) =>
      source.includes(`(${quote}${name}${quote},`) ||
      source.includes(`\n    ${quote}${name}${quote},`) ||
      source.includes(`\n  ${quote}${name}${quote},`),
  );
}

it('docs/otlp.md names tests that exist', () => {
  expect(references.length).toBeGreaterThan(40);
  const missing = references.filter(
    ({ file, name }) => !existsSync(file) || !isTestOf(readFileSync(file, 'utf8'), name),
  );
  expect(missing).toEqual([]);
});

it('docs/otlp.md names a test in every row', () => {
  const rows = page
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('| ') && !/^\| (The specification|The interface definitions|What) /.test(line),
    );
  expect(rows.filter((row) => !row.includes('.test.ts` “'))).toEqual([]);
});
