import { expect, it } from 'vitest';
import type { Statement, StatementParams } from '../../lib/store/statement.js';

/** A statement as a builder of query gives it. */
interface Built {
  readonly statement: Statement;
  readonly params: StatementParams;
}

/** Text that no statement may hold, to be used as a value in the cases. */
export const EVIL = "x' OR 1=1 -- {tenantId:UInt32}";

/**
 * Compares built statements with `golden/<case>.sql` next to the test, which begin with the statement's name, and checks
 * that values travel as parameters: each is used, and none is in the text.
 */
export function testGoldenStatements(cases: Readonly<Record<string, Built>>, goldenDir: string): void {
  it.each(Object.entries(cases))('%s is the one on file', async (name, { statement }) => {
    const text = `-- ${statement.name}\n${statement.sql}\n`;
    await expect(text).toMatchFileSnapshot(`${goldenDir}/${name}.sql`);
  });

  it.each(Object.entries(cases))('%s has its values in parameters', (_name, { statement, params }) => {
    expect(statement.sql).not.toContain('1=1');
    const used = new Set([...statement.sql.matchAll(/\{(\w+):/g)].map((match) => match[1]));
    const given = new Set(['database', 'tenantId', 'projectId', ...Object.keys(params)]);
    expect(used).toEqual(given);
  });
}
