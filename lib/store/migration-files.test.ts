import { describe, expect, it } from 'vitest';
import { loadMigrations, parseMigrationFile } from './migration-files.js';

const parse = (text: string) => parseMigrationFile('0007-words.sql', text);

describe('parseMigrationFile', () => {
  it('cuts a file into steps and leaves comment lines out', () => {
    const steps = parse(
      '-- why\n\n-- step: one\n-- because\nCREATE TABLE a\n\n-- step: two\nCREATE TABLE b\n',
    );
    expect(steps.map(({ version, step, sql }) => ({ version, step, sql }))).toEqual([
      { version: 7, step: 'one', sql: 'CREATE TABLE a' },
      { version: 7, step: 'two', sql: 'CREATE TABLE b' },
    ]);
  });

  it('has a checksum that knows the statement, not its comments and spaces', () => {
    const [plain] = parse('-- step: one\nCREATE TABLE a (x UInt8)\n');
    const [spaced] = parse('-- step: one\n-- new words\n  CREATE TABLE a\n   (x UInt8)');
    const [other] = parse('-- step: one\nCREATE TABLE a (x UInt16)\n');
    expect(spaced?.checksum).toBe(plain?.checksum);
    expect(other?.checksum).not.toBe(plain?.checksum);
  });

  it.each([
    ['CREATE TABLE a\n', /before the first/],
    ['-- step: one\n-- step: two\nSELECT 1', /step one must be one statement/],
    ['-- step: one\nSELECT 1;', /without ";"/],
    ['-- step: one\nSELECT 1\n-- step: one\nSELECT 2', /occurs twice/],
    ['-- step: Two words\nSELECT 1', /before the first/],
    ['-- step:\nSELECT 1', /is not a name/],
  ])('refuses %j', (text, reason) => {
    expect(() => parse(text)).toThrow(reason);
  });

  it('refuses a file name without a number', () => {
    expect(() => parseMigrationFile('spans.sql', '-- step: a\nSELECT 1')).toThrow(/NNNN-words/);
  });
});

describe('the migrations of this version', () => {
  it.each(['cell', 'control'] as const)(
    'of %s can all be repeated and keep a deduplication window',
    async (schema) => {
      const steps = await loadMigrations(schema);
      expect(steps.length).toBeGreaterThan(2);
      for (const { step, sql } of steps) {
        // What fills a table does so only while it is empty.
        const isFill = sql.startsWith('INSERT INTO');
        expect(sql, step).toMatch(isFill ? /^WHERE \(SELECT count\(\) FROM \S+\) = 0$/m : /IF NOT EXISTS/);
        if (/^CREATE TABLE/.test(sql)) expect(sql, step).toMatch(/SETTINGS \{settings\}$/);
      }
    },
  );

  it.each(['cell', 'control'] as const)(
    'of %s take nothing away that an earlier version reads',
    async (schema) => {
      for (const { step, sql } of await loadMigrations(schema))
        expect(sql, step).not.toMatch(/\b(DROP|RENAME|EXCHANGE|TRUNCATE|DETACH)\b/i);
    },
  );

  it('begin every key of a cell with tenant and project', async () => {
    const tables = (await loadMigrations('cell')).filter(({ sql }) => sql.startsWith('CREATE TABLE'));
    for (const { step, sql } of tables) expect(sql, step).toMatch(/ORDER BY \(TenantId, ProjectId, /);
  });
});
