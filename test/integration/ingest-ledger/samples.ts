import { ExportTraceServiceRequest } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { encodeRequest, makeRequest, makeSpan, nowUnixNano } from '../otlp-receiver/clients.js';
import { MAX_REQUEST_BYTES, MAX_WIRE_BYTES } from './bed.js';

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const bad = (count: number) => Array.from({ length: count }, () => makeSpan({ spanId: Buffer.alloc(3) }));
export const good = (count: number) => Array.from({ length: count }, () => makeSpan());
const old = () => makeSpan({ startTimeUnixNano: 1_577_836_800_000_000_000n });

/** Two spans that are refused and one that is not, from an SDK that says what it is. */
function fromSdk(): Buffer {
  const request = makeRequest([...good(1), ...bad(2)], 'shop');
  const sdk = { name: 'opentelemetry', language: 'python', version: '1.30.0' };
  const attributes = Object.entries(sdk).map(([key, value]) => attribute(`telemetry.sdk.${key}`, value));
  const [first] = request.resourceSpans;
  first?.resource?.attributes.push(
    ...ExportTraceServiceRequest.fromPartial({
      resourceSpans: [{ resource: { attributes } }],
    }).resourceSpans.flatMap(({ resource }) => resource?.attributes ?? []),
  );
  return encodeRequest(request);
}

const mixed = [makeRequest([...good(1), ...bad(1)], 'shop'), makeRequest(good(4), 'pay')];
export const twice = encodeRequest(makeRequest(good(2), 'pay'));
export const tooLarge = encodeRequest(
  makeRequest([makeSpan({ traceState: 'x'.repeat(MAX_REQUEST_BYTES) })], 'shop'),
);
/** Two spans as OTLP/JSON, where ids are hex. */
function asJson(service: string): Buffer {
  const times = { startTimeUnixNano: String(nowUnixNano()), endTimeUnixNano: String(nowUnixNano()) };
  const spans = ['01', '02'].map((id) => ({
    ...{ traceId: id.repeat(16), spanId: id.repeat(8), name: 'GET /', kind: 2, ...times },
  }));
  const resource = { attributes: [attribute('service.name', service)] };
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }));
}

export const malformed = Buffer.from('no protobuf at all');

/** Exports of every fate, with the status that each is answered. Of 20 items 14 are stored, 4 refused, and 2 came before. */
export const EXPORTS: readonly { readonly body: Buffer; readonly status: number; readonly type?: string }[] =
  [
    { body: encodeRequest(makeRequest(good(3), 'shop')), status: 200 },
    { body: fromSdk(), status: 200 },
    { body: encodeRequest(makeRequest([old(), ...good(1)], 'shop')), status: 200 },
    {
      body: encodeRequest({ resourceSpans: mixed.flatMap(({ resourceSpans }) => resourceSpans) }),
      status: 200,
    },
    { body: twice, status: 200 },
    { body: twice, status: 200 },
    { body: tooLarge, status: 413 },
    { body: malformed, status: 400 },
    { body: Buffer.alloc(MAX_WIRE_BYTES + 1), status: 413 },
    {
      body: asJson('web'),
      status: 200,
      type: 'application/json',
    },
  ];
