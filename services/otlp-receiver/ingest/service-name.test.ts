import { describe, expect, it } from 'vitest';
import { ExportTraceServiceRequest } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { firstServiceName } from './service-name.js';

const encoded = (attributes: { key: string; value: { stringValue: string } }[]) =>
  ExportTraceServiceRequest.encode(
    ExportTraceServiceRequest.fromPartial({
      resourceSpans: [{ resource: { attributes, droppedAttributesCount: 3 }, scopeSpans: [{ spans: [{}] }] }],
    }),
  ).finish();
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

describe('the service of an export', () => {
  it('is found wherever it stands in the resource', () => {
    expect(firstServiceName(encoded([text('a', 'b'), text('service.name', 'shöp'), text('c', 'd')]))).toBe(
      'shöp',
    );
  });

  it('is unknown when nobody names it, and when the bytes end anywhere', () => {
    expect(firstServiceName(encoded([text('service', 'name')]))).toBeUndefined();
    const bytes = encoded([text('a', 'b'), text('service.name', 'shop')]);
    for (let length = 0; length < bytes.length; length++)
      expect([undefined, 'shop']).toContain(firstServiceName(bytes.subarray(0, length)));
  });
});
