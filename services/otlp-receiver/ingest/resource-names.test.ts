import { describe, expect, it } from 'vitest';
import { ExportTraceServiceRequest } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { senderOf } from './resource-names.js';

const encoded = (attributes: { key: string; value: { stringValue: string } }[]) =>
  ExportTraceServiceRequest.encode(
    ExportTraceServiceRequest.fromPartial({
      resourceSpans: [{ resource: { attributes, droppedAttributesCount: 3 }, scopeSpans: [{ spans: [{}] }] }],
    }),
  ).finish();
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

describe('the service of an export', () => {
  it('is found wherever it stands in the resource', () => {
    expect(
      senderOf(encoded([text('a', 'b'), text('service.name', 'shöp'), text('c', 'd')])).serviceName,
    ).toBe('shöp');
  });

  it('is unknown when nobody names it, and when the bytes end anywhere', () => {
    expect(senderOf(encoded([text('service', 'name')]))).toEqual({});
    const bytes = encoded([text('a', 'b'), text('service.name', 'shop')]);
    for (let length = 0; length < bytes.length; length++)
      expect([undefined, 'shop']).toContain(senderOf(bytes.subarray(0, length)).serviceName);
  });

  it('comes with its SDK', () => {
    const sdk = { name: 'opentelemetry', language: 'python', version: '1.30.0' };
    const attributes = Object.entries(sdk).map(([key, value]) => text(`telemetry.sdk.${key}`, value));
    const expected = { sdkName: 'opentelemetry (python)', sdkVersion: '1.30.0' };
    expect(senderOf(encoded(attributes))).toEqual(expected);
  });
});
