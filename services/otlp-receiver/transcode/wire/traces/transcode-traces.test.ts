import { ExportTraceServiceRequest } from '../../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { RandomTraces } from '../../../../../test/_util/random-traces.js';
import { describeTranscoder } from '../../../../../test/_util/transcoder-contract.js';
import { EXPORT_TRACES_SHAPE } from '../../reference/trace-shapes.js';
import { transcodeTraces } from '../../reference/transcode-traces.js';
import { TracesTranscoder } from './transcode-traces.js';

const IDS = { traceId: Buffer.alloc(16, 7), spanId: Buffer.alloc(8, 9) };

describeTranscoder('traces', {
  make: (reference) => new TracesTranscoder(reference),
  reference: transcodeTraces,
  shape: EXPORT_TRACES_SHAPE,
  randomRequest: (random, nowUnixNano, faults) => new RandomTraces(random, nowUnixNano, faults).request(),
  encode: (items, resource) => {
    const spans = items.map(({ name, timeUnixNano }) => ({ ...IDS, name, startTimeUnixNano: timeUnixNano }));
    const request = { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
    return ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromPartial(request)).finish();
  },
});
