// Takes times, ours and theirs in turns, since the machine's speed changes.
import type { QueryCase } from './_query-cases.js';
import { sql } from './_query-engine.js';
import type { BenchService } from './_query-service.js';

/** What the engine keeps of earlier runs in its own memory. The page cache of the system cannot be dropped from here. */
const CACHES = [
  ...['MARK', 'UNCOMPRESSED', 'INDEX MARK', 'INDEX UNCOMPRESSED', 'PRIMARY INDEX', 'QUERY CONDITION'],
  ...['TEXT INDEX TOKENS', 'TEXT INDEX HEADER', 'TEXT INDEX POSTINGS'],
];
/** Without it the second run of a statement would skip what the first found empty, which no real user's next question does. */
const BEFORE_WARM = ['QUERY CONDITION'];

export interface Timing {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export type Side = 'ours' | 'theirs' | 'theirsInFull';

export interface CaseResult {
  readonly name: string;
  readonly cold: Partial<Record<Side, Timing>>;
  readonly warm: Partial<Record<Side, Timing>>;
}

export interface MeasureOptions {
  readonly url: string;
  readonly service: BenchService;
  readonly coldRuns: number;
  readonly warmRuns: number;
}

export async function measure(question: QueryCase, options: MeasureOptions): Promise<CaseResult> {
  const { url, coldRuns, warmRuns } = options;
  const sides = sidesOf(question);
  const take = async (runs: number, caches: readonly string[]) => {
    const seen: Partial<Record<Side, number[]>> = {};
    for (let run = 0; run < runs; run++)
      for (const side of sides) {
        await dropCaches(url, caches);
        seen[side] = [...(seen[side] ?? []), await runOnce(question, side, options)];
      }
    return Object.fromEntries(Object.entries(seen).map(([side, list]) => [side, timingOf(list)]));
  };
  const cold = await take(coldRuns, CACHES);
  await take(1, BEFORE_WARM);
  return { name: question.name, cold, warm: await take(warmRuns, BEFORE_WARM) };
}

/** Both must tell the same; returns how much. */
export async function checkSame(question: QueryCase, { url, service }: MeasureOptions): Promise<number> {
  const ours = await question.ours(service.clients, await service.call());
  const rows = await sql(url, question.theirsInFull ?? question.theirs);
  const theirs = rows.map(({ answer, rate }) =>
    rate === undefined ? String(answer) : `${answer} ${Number(rate).toPrecision(8)}`,
  );
  const missing = ours.filter((line) => !theirs.includes(line));
  if (ours.length === 0 || ours.length !== theirs.length || missing.length > 0)
    throw new Error(
      `${question.name}: ours has ${ours.length} lines, theirs ${theirs.length}; ${missing.length} of ours are not in theirs, as ${missing[0] ?? ours[0]} (theirs: ${theirs[0]}).`,
    );
  return ours.length;
}

function sidesOf(question: QueryCase): readonly Side[] {
  return question.theirsInFull === undefined ? ['ours', 'theirs'] : ['ours', 'theirs', 'theirsInFull'];
}

async function dropCaches(url: string, names: readonly string[]): Promise<void> {
  for (const name of names) await sql(url, `SYSTEM DROP ${name} CACHE`);
}

/** Milliseconds until the whole answer is there and decoded. */
async function runOnce(question: QueryCase, side: Side, { url, service }: MeasureOptions): Promise<number> {
  const call = await service.call();
  const startMs = performance.now();
  if (side === 'ours') await question.ours(service.clients, call);
  else await sql(url, question[side] ?? question.theirs);
  return performance.now() - startMs;
}

function timingOf(runsMs: readonly number[]): Timing {
  const sorted = [...runsMs].sort((a, b) => a - b);
  const at = (share: number) => Number((sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1));
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}
