import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** `file` “name”, as these pages refer to a test. */
const REFERENCE = /`([^`]+\.test\.ts)` “([^”]+)”/g;

/** Pages whose rows are each proved by a test, and how many references they have at least. */
const PAGES = [
  { file: 'docs/otlp.md', least: 40, heads: /^\| (The specification|The interface definitions|What) / },
  { file: 'docs/security.md', least: 10, heads: /^\| Attack / },
] as const;

/** The name as the text of a test or of a group, in whichever quotes. */
function isTestOf(source: string, name: string): boolean {
  const lines = source.replaceAll(/\n +/g, '\n');
  return ["'", '"', '`'].some(
    (quote) => lines.includes(`(${quote}${name}${quote},`) || lines.includes(`\n${quote}${name}${quote},`),
  );
}

describe.each(PAGES)('$file', ({ file: pageFile, least, heads }) => {
  const page = readFileSync(pageFile, 'utf8');
  const references = [...page.matchAll(REFERENCE)].map(([, file = '', name = '']) => ({ file, name }));

  it('names tests that exist', () => {
    expect(references.length).toBeGreaterThan(least);
    const missing = references.filter(
      ({ file, name }) => !existsSync(file) || !isTestOf(readFileSync(file, 'utf8'), name),
    );
    expect(missing).toEqual([]);
  });

  it('names a test in every row', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && !heads.test(line));
    expect(rows.filter((row) => !row.includes('.test.ts` “'))).toEqual([]);
  });
});
