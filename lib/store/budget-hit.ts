import { messageOf } from '../errors/app-error.js';
import { EXCEPTION, exceptionCodeOf } from './exception-codes.js';

/** The budget that a statement ran into. */
export interface BudgetHit {
  readonly kind: 'time' | 'rows' | 'bytes' | 'memory';
  /** Milliseconds, rows or bytes when it was ended, where ClickHouse says so. */
  readonly measured: number | undefined;
}

const KINDS: Readonly<Record<number, BudgetHit['kind']>> = {
  [EXCEPTION.timeoutExceeded]: 'time',
  [EXCEPTION.tooSlow]: 'time',
  [EXCEPTION.tooManyRows]: 'rows',
  [EXCEPTION.tooManyBytes]: 'bytes',
  [EXCEPTION.memoryLimitExceeded]: 'memory',
};

/** Which budget of its own a statement ran into; undefined for any other failure, also for a server that is full. */
export function budgetHitOf(error: unknown): BudgetHit | undefined {
  const kind = KINDS[exceptionCodeOf(error) ?? 0];
  if (kind === undefined) return undefined;
  const sentence = sentenceOf(error);
  if (kind === 'memory' && isServersTotal(sentence)) return undefined;
  return { kind, measured: measuredIn(sentence) };
}

/** Memory of the whole server ("(total) memory limit exceeded"), as opposed to one query's or user's budget. */
export function isServersTotal(sentence: string): boolean {
  return /\(total\)/i.test(sentence);
}

/** ClickHouse's own sentence is that of the innermost error. */
function sentenceOf(error: unknown): string {
  let innermost = error;
  for (let depth = 0; depth < 5 && innermost instanceof Error && innermost.cause instanceof Error; depth++)
    innermost = innermost.cause;
  return messageOf(innermost);
}

const FACTORS: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  seconds: 1e3,
  sec: 1e3,
};

/** `current rows: 20.00 thousand`, `would use 1.50 GiB` or `elapsed 611.28 ms` as a number of the smallest unit. */
function measuredIn(sentence: string): number | undefined {
  const [, amount, unit = ''] =
    /(?:current(?: rows| bytes)?:|would use|elapsed) (\d+(?:\.\d+)?) ?([A-Za-z]*)/i.exec(sentence) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (FACTORS[unit] ?? 1));
}
