import { describe, expect, it } from 'vitest';
import { ExportTraceServiceRequest } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { servicesOf, shareOut } from './export-services.js';

const PATH = [[1], [2], [2]];

function encoded(...resources: readonly (readonly [service: string | undefined, spans: number])[]) {
  const resourceSpans = resources.map(([service, spans]) => ({
    resource: {
      attributes: service === undefined ? [] : [{ key: 'service.name', value: { stringValue: service } }],
    },
    scopeSpans: [{ spans: Array.from({ length: spans }, (_, index) => ({ name: `${service} ${index}` })) }],
  }));
  return ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromPartial({ resourceSpans })).finish();
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

describe('the services of an export', () => {
  it('are told apart, with every byte in exactly one', () => {
    const body = encoded(['a', 2], ['b', 3], ['a', 1], [undefined, 1]);
    const parts = servicesOf(body);
    expect(parts.map(({ service, pieces }) => [service, pieces.length])).toEqual([
      ['a', 2],
      ['b', 1],
      ['', 1],
    ]);
    expect(sum(parts.map(({ bytes }) => bytes))).toBe(body.length);
    for (const { pieces } of parts)
      expect(ExportTraceServiceRequest.decode(Buffer.concat(pieces)).resourceSpans.length).toBeGreaterThan(0);
    const shares = shareOut(parts, { items: 7, bytes: body.length }, PATH);
    expect(shares.map(({ items }) => items)).toEqual([3, 3, 1]);
    expect(sum(shares.map(({ bytes }) => bytes))).toBe(body.length);
  });

  it('share what is another amount than they hold in proportion, to the last item and byte', () => {
    const parts = servicesOf(encoded(['a', 1], ['b', 2]));
    const shares = shareOut(parts, { items: 10, bytes: 1_001 }, PATH);
    expect(shares.map(({ items }) => items)).toEqual([4, 6]);
    expect(sum(shares.map(({ bytes }) => bytes))).toBe(1_001);
  });

  it('are one without a name where nothing can be read, and at most 33', () => {
    const whole = (body: Uint8Array) => [{ service: '', pieces: [body], bytes: body.length }];
    for (const body of [new Uint8Array(0), Buffer.from('no protobuf')])
      expect(servicesOf(body)).toEqual(whole(body));
    const many = encoded(...Array.from({ length: 50 }, (_, index) => [`s${index}`, 1] as const));
    const parts = servicesOf(many);
    expect(parts.length).toBe(33);
    expect(parts.at(-1)).toMatchObject({ service: '(other)' });
    expect(sum(parts.map(({ bytes }) => bytes))).toBe(many.length);
    for (let length = 0; length < many.length; length += 7)
      expect(sum(servicesOf(many.subarray(0, length)).map(({ bytes }) => bytes))).toBe(length);
  });
});
