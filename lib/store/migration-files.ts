import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { AppError } from '../errors/app-error.js';

/** Which of the two schemas: the control database, or a cell with tenants' rows. */
export type Schema = 'cell' | 'control';

export interface MigrationStep {
  /** Number of the file. */
  readonly version: number;
  readonly file: string;
  readonly step: string;
  /** One statement with its template values still open. */
  readonly sql: string;
  /** Hex SHA-256 of the statement without comment lines and with white space evened out. */
  readonly checksum: string;
}

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;
const STEP_LINE = /^-- step: *(\S*) *$/;

/** All steps of a schema in order. The files lie next to this module, in the sources as in a build. */
export async function loadMigrations(schema: Schema): Promise<MigrationStep[]> {
  const directory = new URL(`./migrations/${schema}/`, import.meta.url);
  const files = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const parsed = await Promise.all(
    files.map(async (file) => parseMigrationFile(file, await readFile(new URL(file, directory), 'utf8'))),
  );
  const steps = parsed.flat();
  if (steps.length === 0) throw badFile(schema, 'there are no migrations');
  return steps;
}

/** The steps of one file; see migrations/README.md for the format. */
export function parseMigrationFile(file: string, text: string): MigrationStep[] {
  const version = Number(FILE_NAME.exec(file)?.[1] ?? Number.NaN);
  if (Number.isNaN(version)) throw badFile(file, 'the name must be NNNN-words.sql');
  const sections: { step: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const step = STEP_LINE.exec(line)?.[1];
    if (step !== undefined) sections.push({ step, lines: [] });
    else if (!line.trimStart().startsWith('--')) {
      if (line.trim() !== '' && sections.length === 0)
        throw badFile(file, 'SQL stands before the first "-- step:"');
      sections.at(-1)?.lines.push(line);
    }
  }
  return sections.map(({ step, lines }) => toStep({ version, file, step }, lines, sections));
}

function toStep(
  place: Pick<MigrationStep, 'version' | 'file' | 'step'>,
  lines: readonly string[],
  all: readonly { step: string }[],
): MigrationStep {
  const { file, step } = place;
  const sql = lines.join('\n').trim();
  if (!/^[a-z0-9_]+$/.test(step)) throw badFile(file, `"${step}" is not a name for a step`);
  if (all.filter((other) => other.step === step).length > 1) throw badFile(file, `step ${step} occurs twice`);
  if (sql === '' || sql.endsWith(';')) throw badFile(file, `step ${step} must be one statement without ";"`);
  const checksum = createHash('sha256').update(sql.replace(/\s+/g, ' ')).digest('hex');
  return { ...place, sql, checksum };
}

function badFile(file: string, reason: string): AppError {
  return new AppError('internal', `Migration ${file}: ${reason}.`);
}
