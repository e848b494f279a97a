// `npm run bench query -- [--scale 1] [--data DIR] [--warm-runs 7] [--cold-runs 3] [--only PATTERN] [--while-ingesting [spans/s]]`: our queries, through the
// query service, and those of the OpenTelemetry Collector's ClickHouse exporter on its own layout: one engine, the same rows, in turns.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startEmbeddedClickHouse } from '../_util/embedded-clickhouse.js';
import { type QueryCase, queryCases, traceIdSql } from './_query-cases.js';
import { prepareData, settle, sql, storedBytes } from './_query-engine.js';
import { startIngest } from './_query-ingest.js';
import { type CaseResult, checkSame, measure } from './_query-measure.js';
import { FULL_SIZES, type Sizes } from './_query-rows.js';
import { startBenchService } from './_query-service.js';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    data: { type: 'string' },
    'warm-runs': { type: 'string', default: '7' },
    'cold-runs': { type: 'string', default: '3' },
    /** Regular expression: the questions to ask, by name. */
    only: { type: 'string', default: '' },
    'while-ingesting': { type: 'string' },
  },
});
const scale = Number(values.scale);
const sizes: Sizes = {
  spans: Math.round(FULL_SIZES.spans * scale),
  logs: Math.round(FULL_SIZES.logs * scale),
  points: Math.round(FULL_SIZES.points * scale),
};

const load = () => loadavg().map((value) => Number(value.toFixed(1)));
const ratio = (theirs: number | undefined, ours: number | undefined) =>
  theirs === undefined || !ours ? undefined : Number((theirs / ours).toFixed(2));

function lineOf(question: QueryCase, { warm, cold }: CaseResult) {
  const { ours, theirs, theirsInFull = theirs } = warm;
  const over = ratio(theirsInFull?.p50Ms, ours?.p50Ms);
  return {
    'ours p50': ours?.p50Ms,
    'ours p95': ours?.p95Ms,
    'aim p95': question.aimMs,
    'theirs p50': theirs?.p50Ms,
    ratio: ratio(theirs?.p50Ms, ours?.p50Ms),
    'theirs, same answer': theirsInFull?.p50Ms,
    'ratio, same answer': over,
    must: question.must,
    'ours cold': cold.ours?.p50Ms,
    'theirs cold': cold.theirs?.p50Ms,
  };
}

const engine = await startEmbeddedClickHouse(values.data === undefined ? {} : { dataDir: values.data });
const service = await startBenchService(engine.url);
try {
  await prepareData(engine.url, sizes);
  await settle(engine.url);
  console.table(await storedBytes(engine.url));
  const [trace] = await sql(engine.url, `SELECT ${traceIdSql(sizes)} AS id`);
  await service.warmUp();
  const only = new RegExp(values.only);
  const questions = queryCases(sizes, String(trace?.id)).filter(({ name }) => only.test(name));
  const options = {
    url: engine.url,
    service,
    coldRuns: Number(values['cold-runs']),
    warmRuns: Number(values['warm-runs']),
  };
  for (const question of questions)
    console.log(`${question.name}: both answer the same ${await checkSame(question, options)} lines`);
  const rate = values['while-ingesting'];
  const ingest = rate === undefined ? undefined : startIngest(engine.url, Number(rate));
  const loadBefore = load();
  const results: CaseResult[] = [];
  for (const question of questions) {
    const result = await measure(question, options);
    console.log(JSON.stringify(result));
    results.push(result);
  }
  const ingested = await ingest?.stop();
  const table = Object.fromEntries(
    questions.map((question, index) => [
      question.name,
      lineOf(question, results[index] ?? { name: '', cold: {}, warm: {} }),
    ]),
  );
  console.log(
    `Milliseconds, ${options.warmRuns} warm and ${options.coldRuns} cold runs each, ${JSON.stringify(sizes)}; load average before ${loadBefore}, after ${load()}`,
  );
  if (ingested)
    console.log(`While ingesting ${ingested.spansPerSecond} spans/s into each layout (wanted ${rate})`);
  console.table(table);
  console.log(
    JSON.stringify({ bench: 'query', sizes, load: { before: loadBefore, after: load() }, ingested, results }),
  );
} finally {
  await service.close();
  await engine.close();
}
