import { expect, it } from 'vitest';
import { readMetricsJson } from './read-metrics.js';

it.each([
  [
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[{"asInt":"1.5"}]}}]}]}]}',
    /gauge\.dataPoints\[0\]\.asInt: expected an integer/,
  ],
  [
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"aggregationTemporality":"DELTA"}}]}]}]}',
    /sum\.aggregationTemporality: .*names of enum members/,
  ],
  [
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"exponentialHistogram":{"dataPoints":[{"scale":2147483648}]}}]}]}]}',
    /scale: expected an integer from -2147483648 to 2147483647/,
  ],
  ['[]', /JSON object with the member resourceMetrics/],
])('refuses %s', (json, message) => {
  expect(() => readMetricsJson(Buffer.from(json))).toThrow(message);
});
