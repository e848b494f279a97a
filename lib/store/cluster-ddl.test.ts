import { expect, it } from 'vitest';
import { loadMigrations } from './migration-files.js';
import { renderStep } from './migration-template.js';

it.each(['cell', 'control'] as const)(
  'the %s schema on a cluster is what the golden file shows (vitest -u writes it anew)',
  async (schema) => {
    const values = { database: `gob_${schema}`, cluster: 'gob' };
    const statements = (await loadMigrations(schema)).map(({ sql }) => renderStep(sql, values));
    await expect(`${statements.join(';\n\n')};\n`).toMatchFileSnapshot(`golden/${schema}-on-cluster.ddl`);
    for (const sql of statements) {
      // What is inserted on one replica reaches the others by itself.
      if (!sql.startsWith('INSERT')) expect(sql).toContain("ON CLUSTER 'gob'");
      if (sql.startsWith('CREATE TABLE')) expect(sql).toMatch(/ENGINE = Replicated\w*MergeTree\(/);
    }
  },
);
