import { expect, it } from 'vitest';
import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { Random } from '../../../../test/_util/random.js';
import { RandomLogs } from '../../../../test/_util/random-logs.js';
import { RandomTraces } from '../../../../test/_util/random-traces.js';
import { transcodeLogs } from '../reference/transcode-logs.js';
import { transcodeTraces } from '../reference/transcode-traces.js';
import type { Sightings } from '../sightings.js';
import type { Transcode } from '../transcode.js';
import { LogsTranscoder } from './logs/transcode-logs.js';
import { MAX_NOTED_ITEMS } from './note-sightings.js';
import { TracesTranscoder } from './traces/transcode-traces.js';

const NOW_UNIX_NANO = 1_795_000_000_123_456_789n;
const DAY_NANOS = 86_400n * 1_000_000_000n;

/** Items by day, source, key and value. */
function noted(transcode: Transcode, bytes: Uint8Array) {
  const counts = new Map<string, number>();
  const sightings: Sightings = {
    attributes: (day, source, entries, items) => {
      for (const [key, value] of entries) {
        const name = JSON.stringify([day, source, key, value]);
        counts.set(name, (counts.get(name) ?? 0) + items);
      }
    },
    series: () => false,
  };
  const limits = { retentionDays: 30 };
  const context = { tenantId: 1, projectId: 2n, nowUnixNano: NOW_UNIX_NANO, limits, sightings };
  return { counts, items: transcode(bytes, context).accepted };
}

const SIGNALS = {
  traces: { fast: new TracesTranscoder(), reference: transcodeTraces, Requests: RandomTraces },
  logs: { fast: new LogsTranscoder(), reference: transcodeLogs, Requests: RandomLogs },
};

it.each(Object.entries(SIGNALS))(
  'notes of %s what the reference notes, and of large requests a part',
  {
    timeout: 60_000,
  },
  (_signal, { fast, reference, Requests }) => {
    let compared = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const bytes = new Requests(new Random(seed), NOW_UNIX_NANO, 0.02).request();
      const { counts: actual } = noted(fast.transcode, bytes);
      const { counts: expected, items } = noted(reference, bytes);
      if (items <= MAX_NOTED_ITEMS) {
        expect(actual, `seed ${seed}`).toEqual(expected);
        compared++;
      } else
        for (const [name, count] of actual)
          expect(count, `seed ${seed} ${name}`).toBeLessThanOrEqual(expected.get(name) ?? 0);
    }
    expect(compared).toBeGreaterThan(50);
  },
);

it('misses no name of an attribute, however rare it is', () => {
  const text = (key: string) => ({ key, value: { stringValue: 'v' } });
  const spans = Array.from({ length: 300 }, (_, index) => ({
    traceId: Buffer.alloc(16, 1),
    spanId: Buffer.alloc(8, 1),
    startTimeUnixNano: NOW_UNIX_NANO,
    attributes: [text('common'), ...(index % 10 === 7 ? [text(`rare${index}`)] : [])],
  }));
  const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
  const bytes = ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromPartial(request)).finish();
  const { counts } = noted(new TracesTranscoder().transcode, bytes);
  const today = Number(NOW_UNIX_NANO / DAY_NANOS);
  const rare = spans.flatMap(({ attributes }) => attributes.slice(1).map(({ key }) => key));
  expect(rare).toHaveLength(30);
  for (const key of rare) expect(counts.get(JSON.stringify([today, 'attr', key, 'v']))).toBe(1);
});

it('notes days, resources and scopes apart, of all spans, and attributes of some', () => {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const span = (index: number) => ({
    traceId: Buffer.alloc(16, 1),
    spanId: Buffer.alloc(8, 1),
    startTimeUnixNano: NOW_UNIX_NANO - (index % 2 === 0 ? 0n : DAY_NANOS),
    attributes: [text('n', `${index}`.padStart(200, 'x'))],
  });
  const spans = Array.from({ length: 100 }, (_, index) => span(index));
  const bytes = ExportTraceServiceRequest.encode(
    ExportTraceServiceRequest.fromPartial({
      resourceSpans: ['a', 'b'].map((name) => ({
        resource: { attributes: [text('service.name', name)] },
        scopeSpans: [{ scope: { attributes: [text('s', 'x')] }, spans }],
      })),
    }),
  ).finish();
  const { counts } = noted(new TracesTranscoder().transcode, bytes);
  const today = Number(NOW_UNIX_NANO / DAY_NANOS);
  for (const day of [today, today - 1]) {
    for (const name of ['a', 'b'])
      expect(counts.get(JSON.stringify([day, 'resource', 'service.name', name]))).toBe(50);
    expect(counts.get(JSON.stringify([day, 'scope', 's', 'x']))).toBe(100);
  }
  const attributes = [...counts].filter(([name]) => name.includes('"attr"'));
  expect(attributes.reduce((sum, [, items]) => sum + items, 0)).toBe(Math.ceil(200 / 13));
});
