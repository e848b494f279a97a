import { AppError } from '../errors/app-error.js';
import type { Logger } from '../telemetry/logger.js';
import { databaseNameOf } from './cell-address.js';
import { EXCEPTION, exceptionCodeOf } from './exception-codes.js';
import { loadMigrations, type MigrationStep, type Schema } from './migration-files.js';
import { renderStep, type TemplateValues } from './migration-template.js';
import type { Statement } from './statement.js';
import type { CallOptions, Store } from './store.js';
import { toStoreTime } from './timestamp.js';

export interface MigrateOptions {
  readonly store: Store;
  readonly schema: Schema;
  /** Address of the database (see `cellAddress`), which is made where it says. */
  readonly database: string;
  /** Cluster name for ON CLUSTER and Replicated engines; undefined for one server. */
  readonly cluster?: string | undefined;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  /** True: nothing is changed, the report says what would be. */
  readonly dryRun?: boolean;
  /** The steps to bring about; default is what `migrations/<schema>` holds. */
  readonly steps?: readonly MigrationStep[];
}

export interface MigrationReport {
  /** Steps done by this call, or with `dryRun` the ones that it would do, in order. */
  readonly steps: readonly { readonly file: string; readonly step: string; readonly sql: string }[];
  /** Steps that had been done before. */
  readonly alreadyDone: number;
}

interface AppliedRow {
  readonly Version: number;
  readonly Step: string;
  readonly Checksum: string;
}

const SELECT_APPLIED: Statement = {
  name: 'migrations_applied',
  sql: 'SELECT Version, Step, argMax(Checksum, AppliedAt) AS Checksum FROM {database:Identifier}.schema_migrations GROUP BY Version, Step',
};

const CREATE_DATABASE = 'CREATE DATABASE IF NOT EXISTS {database} {on_cluster}';
const CREATE_LEDGER = `CREATE TABLE IF NOT EXISTS {database}.schema_migrations {on_cluster} (
  Version UInt32, File String, Step String, Checksum String, AppliedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(AppliedAt)} ORDER BY (Version, Step) SETTINGS {settings}`;
/** DDL on a cluster waits for its replicas. */
const STEP_BUDGET_MS = 120_000;

/**
 * Brings a database to the newest schema. Each finished step is remembered, so a run that was stopped goes on where it was,
 * and a database that is up to date costs one query. Two runs at once do no harm: steps can be repeated. A database that a
 * newer version has migrated further is left as it is: migrations only add, so that an older version goes on beside a
 * newer one. Throws `conflict` when a finished step was changed or removed since, and the store's error when a statement fails.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationReport> {
  const { store, database, logger, signal } = options;
  const values: TemplateValues = { database: databaseNameOf(database), cluster: options.cluster };
  const all = options.steps ?? (await loadMigrations(options.schema));
  const applied = await readApplied(options);
  const pending = all.filter((step) => !applied?.has(keyOf(step)));
  if (applied) assertUnchanged(all, applied, database);
  const report: MigrationReport = {
    steps: pending.map(({ file, step, sql }) => ({ file, step, sql: renderStep(sql, values) })),
    alreadyDone: all.length - pending.length,
  };
  if (options.dryRun === true) return report;
  const call = { database, signal, maxExecutionMs: STEP_BUDGET_MS };
  if (!applied) await createLedger(store, values, call);
  for (const step of pending) {
    await store.command({ name: 'migrate', sql: renderStep(step.sql, values) }, {}, call);
    await remember(store, database, step, signal);
    logger.info({ database, file: step.file, step: step.step }, 'migration step done');
  }
  return report;
}

const keyOf = (step: Pick<MigrationStep, 'version' | 'step'>): string => `${step.version}/${step.step}`;

/** Checksums of finished steps; undefined when the database is still without its ledger. */
async function readApplied({
  store,
  database,
  signal,
}: MigrateOptions): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { rows } = await store.query<AppliedRow>(SELECT_APPLIED, {}, { database, signal });
    return new Map(rows.map((row) => [keyOf({ version: row.Version, step: row.Step }), row.Checksum]));
  } catch (error) {
    const code = exceptionCodeOf(error);
    if (code === EXCEPTION.unknownDatabase || code === EXCEPTION.unknownTable) return undefined;
    throw error;
  }
}

/** A step that ran in another form than it has now would leave two databases with one version and two schemas. */
function assertUnchanged(
  all: readonly MigrationStep[],
  applied: ReadonlyMap<string, string>,
  database: string,
): void {
  const known = new Map(all.map((step) => [keyOf(step), step]));
  const newestVersion = all.reduce((newest, step) => Math.max(newest, step.version), 0);
  const problems = [...applied].flatMap(([key, checksum]) => {
    const step = known.get(key);
    if (!step && Number(key.split('/')[0]) > newestVersion) return [];
    if (!step) return [`step ${key} was applied but is not in the migrations of this version`];
    return step.checksum === checksum
      ? []
      : [`${step.file}: step ${step.step} was changed after it was applied`];
  });
  if (problems.length > 0)
    throw new AppError(
      'conflict',
      `Database ${database} cannot be migrated: ${problems.join('; ')}. Undo the change, or run the version that matches.`,
    );
}

async function createLedger(store: Store, values: TemplateValues, call: CallOptions): Promise<void> {
  for (const sql of [CREATE_DATABASE, CREATE_LEDGER])
    await store.command({ name: 'migrate', sql: renderStep(sql, values) }, {}, call);
}

async function remember(
  store: Store,
  database: string,
  step: MigrationStep,
  signal: AbortSignal | undefined,
): Promise<void> {
  const row = {
    Version: step.version,
    File: step.file,
    Step: step.step,
    Checksum: step.checksum,
    AppliedAt: toStoreTime(Date.now()),
  };
  const table = { database, table: 'schema_migrations' };
  await store.insertRows({ name: 'migration_done', ...table, rows: [row], signal });
}
