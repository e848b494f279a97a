import { describe, expect, it } from 'vitest';
import { ExportMetricsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { Random } from '../../../../test/_util/random.js';
import { RandomTraces } from '../../../../test/_util/random-traces.js';
import { metricsSignal } from '../../signals/metrics.js';
import { tracesSignal } from '../../signals/traces.js';
import { countItems } from './count-items.js';

const NOW = 1_790_000_000_000_000_000n;

describe('countItems', () => {
  it('counts the spans that a full decoder finds', () => {
    const traces = new RandomTraces(new Random(7), NOW, 0.2);
    for (let round = 0; round < 300; round++) {
      const body = traces.request();
      const { resourceSpans } = ExportTraceServiceRequest.decode(body);
      const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      expect(countItems(body, tracesSignal.itemPath)).toBe(spans.length);
    }
  });

  it('counts the data points of every kind of metric', () => {
    const points = [{ timeUnixNano: NOW }, { timeUnixNano: NOW }];
    const metrics = [
      { name: 'a', gauge: { dataPoints: points } },
      { name: 'b', sum: { dataPoints: points } },
      { name: 'c', histogram: { dataPoints: points } },
      { name: 'd', exponentialHistogram: { dataPoints: points } },
      { name: 'e', summary: { dataPoints: points } },
      { name: 'f' },
    ];
    const request = ExportMetricsServiceRequest.fromPartial({
      resourceMetrics: [{ scopeMetrics: [{ metrics }] }],
    });
    expect(countItems(ExportMetricsServiceRequest.encode(request).finish(), metricsSignal.itemPath)).toBe(10);
  });

  it('does not count what ends inside a field', () => {
    const body = Buffer.from([0x0a, 0x04, 0x12, 0x02, 0x12, 0x00]);
    expect(countItems(body, tracesSignal.itemPath)).toBe(1);
    for (const size of [1, 2, 3, 4, 5])
      expect(countItems(body.subarray(0, size), tracesSignal.itemPath), `${size} bytes`).toBeUndefined();
    expect(countItems(Buffer.from([0x0a, 0x05, 0x12]), tracesSignal.itemPath)).toBeUndefined();
  });
});
