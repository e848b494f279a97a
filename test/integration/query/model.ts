import { TraceSort, type TraceSummary } from '../../../gen/es/gob/query/v1/query_pb.js';
import { NANO_PER_SECOND, selectionOf, spanIdOf, type TestSpan, toHex, traceIdOf } from './fixture.js';

export const HOUR = 3600n * NANO_PER_SECOND;
/** Noon of yesterday, so that ranges around it cross hours and a midnight, all within the retention. */
export const NOON = (BigInt(Date.now()) / 86_400_000n) * 86_400n * NANO_PER_SECOND - 12n * HOUR;

export interface Asked {
  readonly sort: TraceSort;
  readonly start: bigint;
  readonly end: bigint;
  readonly serviceNames?: string[];
  readonly operations?: string[];
  readonly projectId?: bigint;
}

export function request({ sort, start, end, serviceNames = [], operations = [] }: Asked) {
  return {
    range: { startUnixNano: start, endUnixNano: end },
    sort,
    selection: selectionOf({ serviceNames, operations }),
  };
}

/** A repeatable source of numbers (Numerical Recipes' linear congruential generator). */
export function randomSource(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SERVICES = ['api', 'cart', 'pay', "o'brien \\ söhne"];
const OPERATIONS = ['GET /', 'POST /cart', 'charge', ''];

/** Traces around noon: with ties, without roots, over hours, over a day. */
export function randomSpans(count: number, projectId: bigint): TestSpan[] {
  const random = randomSource(42);
  return Array.from({ length: count }, (_, index) => {
    const traceStart = NOON + BigInt(random(48) - 24) * (HOUR / 2n) + BigInt(random(3)) * NANO_PER_SECOND;
    const spread = [1n, NANO_PER_SECOND, HOUR, 30n * HOUR][random(10) < 7 ? random(2) : random(4)] ?? 1n;
    const hasRoot = random(5) > 0;
    return Array.from({ length: 1 + random(4) }, (_span, position): TestSpan => {
      const isRoot = hasRoot && position === 0;
      return {
        projectId,
        traceId: traceIdOf(index),
        spanId: spanIdOf(index * 10 + position),
        ...(!isRoot && { parentSpanId: spanIdOf(index * 10) }),
        startUnixNano: traceStart + (spread * BigInt(position === 0 ? 0 : random(1000))) / 1000n,
        durationNano: BigInt(random(4)) * 1_000_000n,
        service: SERVICES[random(SERVICES.length)] ?? '',
        name: OPERATIONS[random(OPERATIONS.length)] ?? '',
        status: random(4) === 0 ? 'Error' : 'Ok',
      };
    });
  }).flat();
}

export interface Expected {
  readonly id: string;
  readonly start: bigint;
  readonly duration: bigint;
  readonly total: bigint;
  readonly matched: bigint;
  readonly errors: bigint;
  readonly inProgress: boolean;
}

/** What a listing must be, computed the obvious way. */
export function expectedListing(spans: readonly TestSpan[], asked: Asked): Expected[] {
  const traces = new Map<string, TestSpan[]>();
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), span]);
  const isMatch = (span: TestSpan) =>
    (!asked.serviceNames?.length || asked.serviceNames.includes(span.service ?? '')) &&
    (!asked.operations?.length || asked.operations.includes(span.name ?? ''));
  const all = [...traces].map(([id, own]): Expected => {
    const starts = own.map((span) => span.startUnixNano).sort((a, b) => (a < b ? -1 : 1));
    const ends = own
      .map((span) => span.startUnixNano + (span.durationNano ?? 0n))
      .sort((a, b) => (a < b ? 1 : -1));
    return {
      id,
      start: starts[0] ?? 0n,
      duration: (ends[0] ?? 0n) - (starts[0] ?? 0n),
      total: BigInt(own.length),
      matched: BigInt(own.filter(isMatch).length),
      errors: BigInt(own.filter((span) => span.status === 'Error').length),
      inProgress: own.every((span) => span.parentSpanId !== undefined),
    };
  });
  const key = asked.sort >= TraceSort.DURATION_DESC ? ('duration' as const) : ('start' as const);
  const sign = asked.sort === TraceSort.TIMESTAMP_DESC || asked.sort === TraceSort.DURATION_DESC ? -1 : 1;
  return all
    .filter((trace) => trace.start >= asked.start && trace.start <= asked.end && trace.matched > 0n)
    .sort((a, b) => sign * (a[key] < b[key] || (a[key] === b[key] && a.id < b.id) ? -1 : 1));
}

export const toExpected = (trace: TraceSummary): Expected => ({
  id: toHex(trace.traceId),
  start: trace.startUnixNano,
  duration: trace.durationNano,
  total: trace.totalSpans,
  matched: trace.matchedSpanCount,
  errors: trace.errorSpanCount,
  inProgress: trace.inProgress,
});
